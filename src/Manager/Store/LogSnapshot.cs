namespace Orch.Manager.Store;

/// <summary>
/// The state at a revision, as the chunks that were saved. Damage shows as <see cref="LogCorruptException"/> while
/// reading, at the latest after the last chunk: use nothing of it before all of it was read.
/// </summary>
public sealed record LogSnapshot(ulong Revision, IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks);
