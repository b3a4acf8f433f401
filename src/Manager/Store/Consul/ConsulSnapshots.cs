using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Orch.Manager.Store.Consul;

/// <summary>
/// Snapshots as one stream of records, each after its length (4 bytes), cut into values that Consul takes. A snapshot counts when its
/// key names it, which happens last and only while that key is what it was before the first part was written.
/// </summary>
internal sealed class ConsulSnapshots(ConsulCalls calls, ConsulKeys keys, ConsulReader reader, ConsulMetaStore metas, ConsulLogOptions options)
{
    private const int LengthBytes = 4;
    private string? _verified;

    public LogSnapshot? Load(ConsulMeta meta) =>
        meta.Snapshot.Revision == 0 ? null : new LogSnapshot(meta.Snapshot.Revision, ChunksAsync(meta.Snapshot));

    public async Task SaveAsync(ulong revision, ulong index, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        var folder = $"{keys.SnapshotParts}{revision:x16}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}/";
        var (parts, bytes) = (0, 0L);
        await foreach (var part in PartsAsync(SnapshotWriter.RecordsAsync(revision, chunks, options.Cipher, cancellation), cancellation))
        {
            await calls.PutAsync($"/v1/kv/{ConsulKeys.Part(folder, parts++)}", part, options.CallWithin, cancellation);
            bytes += part.Length;
        }
        var used = ConsulMetaStore.Json(new ConsulSnapshot(revision, folder, parts, bytes), ConsulJson.Default.ConsulSnapshot);
        var answer = await calls.CommitAsync(new ConsulTxn().Cas(keys.Snapshot, used, index), options.CallWithin, default);
        if (!answer.IsFound)
        {
            await calls.DeleteAsync($"/v1/kv/{folder}?recurse", default);
            throw new ArgumentException($"A snapshot at revision {revision} would replace one that another manager saved meanwhile.");
        }
        await RemoveOlderAsync(revision, folder);
    }

    /// <summary>Reads the newest one once from end to end: it is to replace records that cannot be brought back.</summary>
    public async Task VerifyAsync(ConsulSnapshot snapshot, CancellationToken cancellation)
    {
        if (snapshot.Revision == 0 || snapshot.Folder == Volatile.Read(ref _verified))
            return;
        await foreach (var _ in ChunksAsync(snapshot).WithCancellation(cancellation))
            cancellation.ThrowIfCancellationRequested();
        Volatile.Write(ref _verified, snapshot.Folder);
    }

    /// <summary>Also unfinished ones of managers that ended on the way.</summary>
    private async Task RemoveOlderAsync(ulong revision, string used)
    {
        foreach (var folder in await reader.NamesAsync($"{keys.SnapshotParts}?keys&separator=/", default))
            if (folder != used && ConsulKeys.RevisionOf(folder) <= revision)
                await calls.DeleteAsync($"/v1/kv/{folder}?recurse", default);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PartsAsync(
        IAsyncEnumerable<byte[]> records, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var part = new byte[ConsulStore.PartBytes];
        var filled = 0;
        await foreach (var record in records.WithCancellation(cancellation))
        {
            var length = new byte[LengthBytes];
            BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
            foreach (var piece in new[] { length, record })
                for (var rest = piece.AsMemory(); rest.Length > 0;)
                {
                    var taken = Math.Min(rest.Length, part.Length - filled);
                    rest[..taken].CopyTo(part.AsMemory(filled));
                    (rest, filled) = (rest[taken..], filled + taken);
                    if (filled < part.Length)
                        continue;
                    yield return part;
                    filled = 0;
                }
        }
        if (filled > 0)
            yield return part.AsMemory(0, filled);
    }

    private IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(ConsulSnapshot snapshot) => SnapshotReader.ChunksAsync(
        $"{calls.Place}, {snapshot.Folder}", ConsulAdvice.Restore, snapshot.Revision, RecordsAsync(snapshot), options.Cipher);

    /// <summary>What is left over at the end is handed on, too, and found to be no record.</summary>
    private async IAsyncEnumerable<byte[]> RecordsAsync(ConsulSnapshot snapshot, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var rest = ReadOnlyMemory<byte>.Empty;
        for (var number = 0; number < snapshot.Parts; number++)
        {
            rest = Joined(rest, await PartAsync(snapshot, number, cancellation));
            while (Whole(rest.Span) is { } length)
            {
                yield return rest.Slice(LengthBytes, length).ToArray();
                rest = rest[(LengthBytes + length)..];
            }
        }
        if (!rest.IsEmpty)
            yield return rest.ToArray();
    }

    private static ReadOnlyMemory<byte> Joined(ReadOnlyMemory<byte> rest, byte[] part) =>
        rest.IsEmpty ? part : (byte[])[.. rest.Span, .. part];

    private static int? Whole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LengthBytes)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is < 0 or > SnapshotFormat.MaxRecordBytes)
            return bytes.Length - LengthBytes;   // damage: what it is will be said by its checksum
        return length <= bytes.Length - LengthBytes ? length : null;
    }

    private async Task<byte[]> PartAsync(ConsulSnapshot snapshot, int number, CancellationToken cancellation)
    {
        var key = ConsulKeys.Part(snapshot.Folder, number);
        var answer = await calls.GetAsync($"/v1/kv/{key}?raw", options.CallWithin, cancellation);
        if (answer.IsFound)
            return answer.Body;
        var now = await metas.ReadAsync(options.CallWithin, cancellation);
        throw now.Snapshot.Folder == snapshot.Folder ? metas.Corrupt($"{key} of the snapshot is missing")
            : new LogException($"{calls.Place}: the snapshot was replaced by a newer one while it was read. Load again.");
    }
}
