using System.Runtime.CompilerServices;

namespace Orch.Manager.Store;

/// <summary>Makes the records of a snapshot out of its chunks, one by one; sealed where there is a key.</summary>
internal static class SnapshotWriter
{
    public static async IAsyncEnumerable<byte[]> RecordsAsync(
        ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, IRecordCipher cipher,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ulong number = 0, chain = 0;
        yield return Next(SnapshotFormat.HeaderKind, SnapshotFormat.Header(revision), isClear: true);
        await foreach (var chunk in chunks.WithCancellation(cancellation))
        {
            SnapshotRules.CheckChunk(chunk.Length);
            yield return Next(SnapshotFormat.ChunkKind, chunk, isClear: cipher.CurrentKeyId == 0);
        }
        yield return Next(SnapshotFormat.EndKind, SnapshotFormat.End(revision, number - 1, chain), isClear: true);

        byte[] Next(ushort kind, ReadOnlyMemory<byte> payload, bool isClear)
        {
            var record = RecordFormat.Encode(number++, new EventData(kind, payload, Sealed: !isClear), cipher);
            chain = Chain.Next(chain, RecordFormat.Checksum(record));
            return record;
        }
    }
}
