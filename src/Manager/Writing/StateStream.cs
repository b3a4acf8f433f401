using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Orch.Core.State;
using Orch.Manager.Store;

namespace Orch.Manager.Writing;

/// <summary>
/// A state as the chunks of a snapshot: items of <see cref="SnapshotCodec"/> packed as kind (2 bytes), length (4) and
/// payload, little-endian; an item never spans two chunks.
/// </summary>
public static class StateStream
{
    private const int HeaderBytes = 6;
    private const int TargetBytes = 256 * 1024;

    /// <summary>Writes a view on a thread of the reader's; the writer is not disturbed.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> WriteAsync(
        ClusterState view, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.Yield();
        var chunk = new MemoryStream(TargetBytes + 64 * 1024);
        foreach (var item in SnapshotCodec.Write(view))
        {
            cancellation.ThrowIfCancellationRequested();
            if (chunk.Length + HeaderBytes + item.Payload.Length > LogLimits.MaxChunkBytes)
            {
                yield return chunk.ToArray();
                chunk.SetLength(0);
            }
            Append(chunk, item);
            if (chunk.Length < TargetBytes)
                continue;
            yield return chunk.ToArray();
            chunk.SetLength(0);
        }
        if (chunk.Length > 0)
            yield return chunk.ToArray();
    }

    public static async Task<ClusterState> ReadAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation = default)
    {
        var loader = new SnapshotLoader();
        await foreach (var chunk in chunks.WithCancellation(cancellation))
            Load(loader, chunk.Span);
        return loader.State;
    }

    private static void Append(MemoryStream chunk, SnapshotCodec.Item item)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(header, item.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[2..], item.Payload.Length);
        chunk.Write(header);
        chunk.Write(item.Payload);
    }

    private static void Load(SnapshotLoader loader, ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            var kind = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
            var length = BinaryPrimitives.ReadInt32LittleEndian(chunk[2..]);
            SnapshotCodec.Add(loader, kind, chunk.Slice(HeaderBytes, length));
            chunk = chunk[(HeaderBytes + length)..];
        }
    }
}
