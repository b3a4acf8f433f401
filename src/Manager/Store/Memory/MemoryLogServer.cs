using Orch.Core.Model;

namespace Orch.Manager.Store.Memory;

/// <summary>
/// A log store in memory, to which any number of handles connect: two managers can contend for one log. It keeps the
/// encoded bytes, so records pass the same format as on disk. Everything completes before the call returns and
/// watchers are woken on the caller's stack, so a single-threaded simulation stays deterministic; it is also safe
/// under concurrency.
/// </summary>
public sealed class MemoryLogServer
{
    private readonly List<byte[]> _records = [];
    private readonly List<TaskCompletionSource> _waiters = [];
    private readonly Lock _lock = new();
    private LeaderView _leader = new(Epoch.None, null, 0);
    private ulong _base;
    private (ulong Revision, byte[][] Chunks)? _snapshot;

    /// <param name="keepTail">Records kept by a compaction for followers that are a little behind.</param>
    public MemoryLogServer(int keepTail = 1_000) => KeepTail = (ulong)keepTail;

    internal ulong KeepTail { get; }

    /// <summary>A new handle, not opened yet.</summary>
    public IEventLog Connect(IRecordCipher? cipher = null) => new MemoryEventLog(this, cipher ?? NoCipher.Instance);

    private ulong Head => _base + (ulong)_records.Count;

    internal LogHead View()
    {
        lock (_lock)
            return new LogHead(Head, _base, _snapshot?.Revision ?? 0, _leader);
    }

    internal CampaignResult Campaign(Epoch seen, LeaderInfo candidate, EpochStep step)
    {
        lock (_lock)
        {
            if (_leader.Epoch != seen)
                return new CampaignResult.Lost(_leader);
            var epoch = step == EpochStep.Term ? seen.NextTerm() : seen.NextIncarnation();
            _leader = new LeaderView(epoch, candidate, _leader.Renewals);
            return new CampaignResult.Won(epoch);
        }
    }

    internal RenewResult Renew(Epoch epoch)
    {
        lock (_lock)
        {
            if (!Leads(epoch))
                return new RenewResult.Refused(_leader);
            _leader = _leader with { Renewals = _leader.Renewals + 1 };
            return new RenewResult.Renewed(_leader.Renewals);
        }
    }

    internal void Resign(Epoch epoch)
    {
        lock (_lock)
        {
            if (Leads(epoch))
                _leader = _leader with { Leader = null };
        }
    }

    internal AppendResult Append(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, IRecordCipher cipher)
    {
        lock (_lock)
        {
            if (!Leads(epoch))
                return new AppendResult.Fenced(_leader.Epoch);
            if (Head != expectedRevision)
                return new AppendResult.Conflict(Head);
            var encoded = new byte[events.Count][];
            for (var i = 0; i < encoded.Length; i++)
                encoded[i] = RecordFormat.Encode(expectedRevision + (ulong)i + 1, events[i], cipher);
            _records.AddRange(encoded);
        }
        if (events.Count > 0)
            WakeWaiters();
        return new AppendResult.Appended(expectedRevision + (ulong)events.Count);
    }

    /// <summary>Up to <paramref name="limit"/> encoded records after a revision.</summary>
    internal ReadOnlyMemory<byte>[] Read(ulong after, ulong upTo, int limit)
    {
        lock (_lock)
        {
            if (after < _base)
                throw new LogCompactedException(after, _base);
            var end = Math.Min(upTo, Head);
            var count = end <= after ? 0 : (int)Math.Min((ulong)limit, end - after);
            var page = new ReadOnlyMemory<byte>[count];
            for (var i = 0; i < count; i++)
                page[i] = _records[(int)(after - _base) + i];
            return page;
        }
    }

    /// <summary>Completes when there is something after the revision, inline with the append that brings it.</summary>
    internal Task WaitAfter(ulong after, CancellationToken cancellation)
    {
        var waiter = new TaskCompletionSource();
        lock (_lock)
        {
            if (Head > after)
                return Task.CompletedTask;
            _waiters.Add(waiter);
        }
        return cancellation.CanBeCanceled ? UntilCancelled(waiter, cancellation) : waiter.Task;
    }

    internal void SaveSnapshot(ulong revision, byte[][] chunks)
    {
        lock (_lock)
        {
            SnapshotRules.Check(revision, Head, _snapshot?.Revision ?? 0);
            _snapshot = (revision, chunks);
        }
    }

    internal (ulong Revision, byte[][] Chunks)? LoadSnapshot()
    {
        lock (_lock)
            return _snapshot;
    }

    internal ulong Compact(ulong upTo)
    {
        lock (_lock)
        {
            var target = SnapshotRules.CompactionTarget(upTo, _snapshot?.Revision ?? 0, Head, KeepTail);
            if (target > _base)
            {
                _records.RemoveRange(0, (int)(target - _base));
                _base = target;
            }
            return _base;
        }
    }

    private bool Leads(Epoch epoch) => _leader.Leader is not null && _leader.Epoch == epoch;

    private async Task UntilCancelled(TaskCompletionSource waiter, CancellationToken cancellation)
    {
        await using var registration = cancellation.Register(() =>
        {
            lock (_lock)
                _waiters.Remove(waiter);
            waiter.TrySetCanceled(cancellation);
        });
        await waiter.Task;
    }

    private void WakeWaiters()
    {
        TaskCompletionSource[] woken;
        lock (_lock)
        {
            woken = [.. _waiters];
            _waiters.Clear();
        }
        foreach (var waiter in woken)
            waiter.TrySetResult();
    }
}
