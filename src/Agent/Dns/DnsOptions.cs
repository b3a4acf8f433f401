namespace Orch.Agent.Dns;

/// <summary>Limits and places of the name server; tests choose other ones than the defaults.</summary>
internal sealed record DnsOptions
{
    /// <summary>The size of UDP messages that we say we take.</summary>
    public const ushort Advertised = 1232;

    public int Port { get; init; } = 53;

    /// <summary>
    /// The machine's own IPv4 address, 0 for none. The engine hides its bridge's address behind it when it asks itself; from
    /// elsewhere nothing arrives with it.
    /// </summary>
    public uint OwnAddress { get; init; }

    /// <summary>Seconds for which a virtual address may be remembered: it changes only with its service.</summary>
    public uint VirtualTtl { get; init; } = 2;

    /// <summary>
    /// Seconds for addresses of tasks. None: a task leaves the names before it is told to stop, and a client that
    /// remembers would go on asking it.
    /// </summary>
    public uint TaskTtl { get; init; }

    /// <summary>What an answer over UDP may have at most, in bytes: no fragments on any link.</summary>
    public int MostUdp { get; init; } = Advertised;

    /// <summary>The host's own servers: names that are not ours are asked there.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Port of those servers.</summary>
    public int UpstreamPort { get; init; } = 53;

    /// <summary>For one server to answer, before the next is asked.</summary>
    public TimeSpan UpstreamWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions waiting for the host's servers, of all tasks and of one of them; over it SERVFAIL.</summary>
    public int MostForwarded { get; init; } = 512;
    public int MostForwardedOfOne { get; init; } = 128;

    /// <summary>TCP connections of all tasks and of one address; over it the newest is closed.</summary>
    public int MostConnections { get; init; } = 256;
    public int MostConnectionsOfOne { get; init; } = 16;

    /// <summary>For a whole question to arrive on a TCP connection, the wait for it included.</summary>
    public TimeSpan IdleFor { get; init; } = TimeSpan.FromSeconds(10);
}
