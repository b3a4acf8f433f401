namespace Orch.Manager.Store;

/// <summary>
/// Where a log stands when it is opened: the newest revision, the highest revision compacted away (0: none), the
/// revision of the newest snapshot (0: none), and the leadership.
/// </summary>
public sealed record LogHead(ulong Revision, ulong CompactedTo, ulong SnapshotRevision, LeaderView Leader);
