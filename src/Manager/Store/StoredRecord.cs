namespace Orch.Manager.Store;

/// <summary>A row as it lies in the table, not yet verified.</summary>
internal readonly record struct StoredRecord(ulong Revision, ulong ChainValue, byte[] Data);
