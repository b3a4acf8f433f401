using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Tests.Manager.Leadership;

/// <summary>A log whose calls hang or fail when a test wants it.</summary>
internal sealed class TroubledLog(IEventLog log) : IEventLog
{
    private readonly TaskCompletionSource _hang = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Calls that begin while it is set end with the exception that it gives; those that get null hang.</summary>
    public Func<Exception?>? Trouble { get; set; }

    /// <summary>Awaited before an append is passed on.</summary>
    public Func<Task>? BeforeAppend { get; set; }

    public int Renewals { get; private set; }

    public ValueTask<LogHead> OpenAsync(CancellationToken cancellation) => log.OpenAsync(cancellation);

    public async ValueTask<CampaignResult> CampaignAsync(Epoch seen, LeaderInfo candidate, EpochStep step, CancellationToken cancellation)
    {
        await TroubleAsync();
        return await log.CampaignAsync(seen, candidate, step, cancellation);
    }

    public async ValueTask<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation)
    {
        Renewals++;
        await TroubleAsync();
        return await log.RenewAsync(epoch, cancellation);
    }

    public ValueTask ResignAsync(Epoch epoch, CancellationToken cancellation) => log.ResignAsync(epoch, cancellation);

    public async ValueTask<LeaderView> ReadLeaderAsync(CancellationToken cancellation)
    {
        await TroubleAsync();
        return await log.ReadLeaderAsync(cancellation);
    }

    public async ValueTask<AppendResult> AppendAsync(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, CancellationToken cancellation)
    {
        if (BeforeAppend is { } wait)
            await wait();
        await TroubleAsync();
        return await log.AppendAsync(epoch, expectedRevision, events, cancellation);
    }

    public IAsyncEnumerable<LogRecord> ReadAsync(ulong afterRevision, CancellationToken cancellation) =>
        Trouble?.Invoke() is { } error ? throw error : log.ReadAsync(afterRevision, cancellation);

    public IAsyncEnumerable<IReadOnlyList<LogRecord>> WatchAsync(ulong afterRevision, CancellationToken cancellation) =>
        Trouble?.Invoke() is { } error ? throw error : log.WatchAsync(afterRevision, cancellation);

    public ValueTask SaveSnapshotAsync(ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation) =>
        log.SaveSnapshotAsync(revision, chunks, cancellation);

    public ValueTask<LogSnapshot?> LoadSnapshotAsync(CancellationToken cancellation) => log.LoadSnapshotAsync(cancellation);

    public ValueTask<ulong> CompactAsync(ulong upToRevision, CancellationToken cancellation) => log.CompactAsync(upToRevision, cancellation);

    public ValueTask<long> MeasureAsync(CancellationToken cancellation) => log.MeasureAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        _hang.TrySetCanceled();
        return log.DisposeAsync();
    }

    private Task TroubleAsync() => Trouble is not { } trouble ? Task.CompletedTask
        : trouble() is { } error ? Task.FromException(error) : _hang.Task;
}
