namespace Orch.Manager.Store.Consul;

/// <summary>How a log in Consul is opened. Several clusters may share a Consul, each with a prefix of its own.</summary>
public sealed record ConsulLogOptions
{
    /// <summary>HOST:PORT of the HTTP API, in the order in which they are tried; or only the path of a socket.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Of all keys, without a slash at either end.</summary>
    public required string Prefix { get; init; }

    /// <summary>Sent with every call; empty where Consul asks for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>Null: plain HTTP.</summary>
    public ConsulTls? Tls { get; init; }

    /// <summary>Keys for records that must be sealed.</summary>
    public IRecordCipher Cipher { get; init; } = NoCipher.Instance;

    /// <summary>Records kept by a compaction for readers that are a little behind.</summary>
    public int KeepTail { get; init; } = 1_000;

    /// <summary>After this the outcome of a call counts as unknown.</summary>
    public TimeSpan CallWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same for what liveness hangs on: renewing, and looking who leads.</summary>
    public TimeSpan LeaderCallWithin { get; init; } = TimeSpan.FromSeconds(0.9);

    /// <summary>How long Consul holds a watcher's question when there is no news.</summary>
    public TimeSpan LookAnyway { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Files in PEM: who may have signed Consul's certificate (null: the system's authorities), and what to show it.</summary>
public sealed record ConsulTls(string? Ca, string? Certificate, string? Key);
