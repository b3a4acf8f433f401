using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Orch.Manager.Store.Sqlite;

/// <summary>The records of a snapshot file, as they lie there.</summary>
internal static class SnapshotFile
{
    public static async IAsyncEnumerable<byte[]> RecordsAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var file = OpenFile(path);
        for (ulong number = 0; file.Position < file.Length; number++)
            yield return await FrameAsync(file, path, number, cancellation);
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

    private static LogCorruptException Corrupt(string path, string problem) =>
        new(path, null, problem, Advice.Restore);
}
