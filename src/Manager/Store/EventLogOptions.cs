namespace Orch.Manager.Store;

/// <summary>What opening a log needs besides its address, whatever the store.</summary>
public sealed record EventLogOptions
{
    /// <summary>Holds the log itself where the store is this machine's disk.</summary>
    public required string ManagerDir { get; init; }

    /// <summary>Keys for records that must be sealed.</summary>
    public IRecordCipher Cipher { get; init; } = NoCipher.Instance;

    /// <summary>On this machine's disk only: an operator's decision to go on although acknowledged writes are gone.</summary>
    public bool AcceptLostTail { get; init; }

    /// <summary>Told what about the store makes an acknowledged write less than safe.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
