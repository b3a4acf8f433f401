using System.Runtime.CompilerServices;

namespace Orch.Manager.Store;

/// <summary>Hands on the chunks of a snapshot while it verifies its records, to the very last one.</summary>
internal static class SnapshotReader
{
    /// <summary>Records: as they were written, and nothing after them. Path and advice are for errors.</summary>
    /// <exception cref="LogCorruptException">Damaged, or it ends too early or too late.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(
        string path, string advice, ulong revision, IAsyncEnumerable<byte[]> records, IRecordCipher cipher,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ulong number = 0, chain = 0;
        var ended = false;
        await foreach (var data in records.WithCancellation(cancellation))
        {
            var record = Decode(number, data);
            var end = SnapshotFormat.End(revision, number - 1, chain);
            chain = Chain.Next(chain, RecordFormat.Checksum(data));
            switch (record.Kind)
            {
                case SnapshotFormat.HeaderKind when number == 0 && Same(record, SnapshotFormat.Header(revision)):
                    break;
                case SnapshotFormat.ChunkKind when number > 0 && !ended:
                    yield return record.Payload;
                    break;
                case SnapshotFormat.EndKind when number > 0 && !ended && Same(record, end):
                    ended = true;
                    break;
                default:
                    throw Corrupt($"part {number} does not belong there");
            }
            number++;
        }
        if (!ended)
            throw Corrupt($"it ends before part {number}");

        LogRecord Decode(ulong at, byte[] data)
        {
            try
            {
                return RecordFormat.Decode(at, data, cipher);
            }
            catch (InvalidDataException error)
            {
                throw Corrupt($"in part {at} {error.Message}");
            }
        }

        LogCorruptException Corrupt(string problem) => new(path, null, problem, advice);
    }

    private static bool Same(LogRecord record, byte[] expected) => record.Payload.Span.SequenceEqual(expected);
}
