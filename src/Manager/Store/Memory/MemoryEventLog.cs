using System.Runtime.CompilerServices;
using Orch.Core.Model;

namespace Orch.Manager.Store.Memory;

/// <summary>One manager's handle on a <see cref="MemoryLogServer"/>.</summary>
internal sealed class MemoryEventLog(MemoryLogServer server, IRecordCipher cipher) : IEventLog
{
    private const int PageRecords = 1_000;

    private readonly CancellationTokenSource _closed = new();

    public ValueTask<LogHead> OpenAsync(CancellationToken cancellation) =>
        Do(server.View, cancellation);

    public ValueTask<CampaignResult> CampaignAsync(
        Epoch seen, LeaderInfo candidate, EpochStep step, CancellationToken cancellation)
    {
        LeaderRules.Check(candidate);
        return Do(() => server.Campaign(seen, candidate, step), cancellation);
    }

    public ValueTask<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation) =>
        Do(() => server.Renew(epoch), cancellation);

    public async ValueTask ResignAsync(Epoch epoch, CancellationToken cancellation) =>
        await Do(() => { server.Resign(epoch); return true; }, cancellation);

    public ValueTask<LeaderView> ReadLeaderAsync(CancellationToken cancellation) =>
        Do(() => server.View().Leader, cancellation);

    public ValueTask<AppendResult> AppendAsync(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, CancellationToken cancellation)
    {
        LogLimits.CheckBatch(events);
        return Do(() => server.Append(epoch, expectedRevision, events, cipher), cancellation);
    }

    public async IAsyncEnumerable<LogRecord> ReadAsync(
        ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var view = await Do(server.View, cancellation);
        SnapshotRules.CheckStart(afterRevision, view.CompactedTo, view.Revision);
        var head = view.Revision;
        while (true)
        {
            var page = server.Read(afterRevision, head, PageRecords);
            foreach (var record in page)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return RecordFormat.Decode(++afterRevision, record, cipher);
            }
            if (page.Length == 0)
                yield break;
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogRecord>> WatchAsync(
        ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        var view = await Do(server.View, either.Token);
        SnapshotRules.CheckStart(afterRevision, view.CompactedTo, view.Revision);
        while (true)
        {
            either.Token.ThrowIfCancellationRequested();
            var page = server.Read(afterRevision, ulong.MaxValue, PageRecords);
            if (page.Length == 0)
            {
                await server.WaitAfter(afterRevision, either.Token);
                continue;
            }
            yield return Array.ConvertAll(page, record => RecordFormat.Decode(++afterRevision, record, cipher));
        }
    }

    public async ValueTask SaveSnapshotAsync(
        ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        var head = await Do(server.View, cancellation);
        SnapshotRules.Check(revision, head.Revision, head.SnapshotRevision);
        var copies = new List<byte[]>();
        await foreach (var chunk in chunks.WithCancellation(cancellation))
        {
            SnapshotRules.CheckChunk(chunk.Length);
            copies.Add(chunk.ToArray());
        }
        server.SaveSnapshot(revision, [.. copies]);
    }

    public ValueTask<LogSnapshot?> LoadSnapshotAsync(CancellationToken cancellation) =>
        Do(() => server.LoadSnapshot() is var (revision, chunks) ? new LogSnapshot(revision, Replay(chunks)) : null,
            cancellation);

    public ValueTask<ulong> CompactAsync(ulong upToRevision, CancellationToken cancellation) =>
        Do(() => server.Compact(upToRevision), cancellation);

    public ValueTask<long> MeasureAsync(CancellationToken cancellation) =>
        Do(() => server.Read(0, ulong.MaxValue, int.MaxValue).Sum(record => (long)record.Length), cancellation);

    public ValueTask DisposeAsync()
    {
        _closed.Cancel();
        return ValueTask.CompletedTask;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Replay(byte[][] chunks)
    {
        await ValueTask.CompletedTask;
        foreach (var chunk in chunks)
            yield return chunk;
    }

    private ValueTask<T> Do<T>(Func<T> call, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        return cancellation.IsCancellationRequested
            ? ValueTask.FromCanceled<T>(cancellation)
            : ValueTask.FromResult(call());
    }
}
