namespace Orch.Manager.Store;

/// <summary>One event to be stored. Sealed ones are encrypted at rest: secrets, keys, registry credentials.</summary>
public readonly record struct EventData(ushort Kind, ReadOnlyMemory<byte> Payload, bool Sealed = false);

/// <summary>One stored event, in clear, at the revision that the log gave it.</summary>
public readonly record struct LogRecord(ulong Revision, ushort Kind, ReadOnlyMemory<byte> Payload);
