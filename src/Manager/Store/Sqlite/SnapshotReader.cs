using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Orch.Manager.Store.Sqlite;

/// <summary>Reads a snapshot file chunk by chunk and verifies it to its very last byte.</summary>
internal static class SnapshotReader
{
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        string path, ulong revision, IRecordCipher cipher,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var file = OpenFile(path);
        ulong number = 0, chain = 0;
        while (true)
        {
            var data = await FrameAsync(file, path, number, cancellation);
            var record = Decode(path, number, data, cipher);
            var end = SnapshotFormat.End(revision, number - 1, chain);
            chain = Chain.Next(chain, RecordFormat.Checksum(data));
            switch (record.Kind)
            {
                case SnapshotFormat.HeaderKind when number == 0 && Same(record, SnapshotFormat.Header(revision)):
                    break;
                case SnapshotFormat.ChunkKind when number > 0:
                    yield return record.Payload;
                    break;
                case SnapshotFormat.EndKind when number > 0 && Same(record, end) && file.Position == file.Length:
                    yield break;
                default:
                    throw Corrupt(path, $"part {number} does not belong there");
            }
            number++;
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException($"The snapshot {path} cannot be read: {error.Message}", error);
        }
    }

    private static async ValueTask<byte[]> FrameAsync(
        FileStream file, string path, ulong number, CancellationToken cancellation)
    {
        try
        {
            var prefix = new byte[4];
            await file.ReadExactlyAsync(prefix, cancellation);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
            if (length > SnapshotFormat.MaxRecordBytes)
                throw Corrupt(path, $"part {number} claims {length} bytes");
            var data = new byte[length];
            await file.ReadExactlyAsync(data, cancellation);
            return data;
        }
        catch (EndOfStreamException)
        {
            throw Corrupt(path, $"the file ends in part {number}");
        }
    }

    private static LogRecord Decode(string path, ulong number, byte[] data, IRecordCipher cipher)
    {
        try
        {
            return RecordFormat.Decode(number, data, cipher);
        }
        catch (InvalidDataException error)
        {
            throw Corrupt(path, $"in part {number} {error.Message}");
        }
    }

    private static bool Same(LogRecord record, byte[] expected) => record.Payload.Span.SequenceEqual(expected);

    private static LogCorruptException Corrupt(string path, string problem) =>
        new(path, null, problem, Advice.Restore);
}
