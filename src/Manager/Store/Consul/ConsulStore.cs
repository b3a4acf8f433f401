using System.Security.Cryptography;
using Orch.Core.Model;

namespace Orch.Manager.Store.Consul;

/// <summary>What is written: leadership, renewals and appends, each in one transaction that compares what it builds on.</summary>
internal sealed class ConsulStore(ConsulCalls calls, ConsulKeys keys, ConsulMetaStore metas, ConsulLogOptions options)
{
    /// <summary>Largest body that a transaction takes with it: in base64, with everything around it, just below the limit.</summary>
    private const int InlineBytes = 376 * 1024;

    public const int PartBytes = 512 * 1024;
    private const int MostTries = 8;
    private readonly Lock _lock = new();

    // The index of the epoch key while it says this epoch: saves reading it before each write.
    private (Epoch Epoch, ulong Index)? _fence;

    // The head as this manager wrote it last, and its index.
    private (ConsulHead Head, ulong Index)? _tail;

    public Task<ConsulMeta> ReadMetaAsync(TimeSpan within, CancellationToken cancellation) => metas.ReadAsync(within, cancellation);

    public async Task<CampaignResult> CampaignAsync(Epoch seen, LeaderInfo candidate, EpochStep step, CancellationToken cancellation)
    {
        Remember(null, null);
        var before = await metas.ReadAsync(options.CallWithin, cancellation);
        if (before.Epoch.Epoch != seen)
            return new CampaignResult.Lost(before.View);
        var next = step == EpochStep.Term ? seen.NextTerm() : seen.NextIncarnation();
        var value = new ConsulEpoch(ConsulEpoch.CurrentFormat, next.Incarnation, next.Term, candidate.Id, candidate.Address, Token());
        if (await ReplaceEpochAsync(value, before.EpochIndex))
            return new CampaignResult.Won(next);
        var after = await metas.ReadAsync(options.CallWithin, default);
        return after.Epoch.Token == value.Token ? new CampaignResult.Won(next) : new CampaignResult.Lost(after.View);
    }

    public async Task ResignAsync(Epoch epoch, CancellationToken cancellation)
    {
        var meta = await metas.ReadAsync(options.CallWithin, cancellation);
        Remember(null, null);
        if (meta.Leads(epoch))   // what else could have moved it is somebody's campaign
            await ReplaceEpochAsync(meta.Epoch with { Id = null, Address = null, Token = Token() }, meta.EpochIndex);
    }

    public async Task<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation)
    {
        var fence = FenceOf(epoch);
        for (var attempt = 0; ; attempt++)
        {
            if (fence is { } index)
            {
                var txn = new ConsulTxn().CheckIndex(keys.Epoch, index).Set(keys.Renewal, BitConverter.GetBytes(Token()));
                var answer = await calls.CommitAsync(txn, options.LeaderCallWithin, attempt == 0 ? cancellation : default);
                if (answer.IsFound)
                {
                    var renewal = ConsulEntry.Results(answer.Body).Single(entry => entry.Key == keys.Renewal);
                    return new RenewResult.Renewed(renewal.ModifyIndex - renewal.CreateIndex);
                }
            }
            var meta = await metas.ReadAsync(options.LeaderCallWithin, attempt == 0 ? cancellation : default);
            if (!meta.Leads(epoch) || attempt >= MostTries)
                return new RenewResult.Refused(meta.View);
            fence = meta.EpochIndex;
            Remember((epoch, meta.EpochIndex), null, keepTail: true);
        }
    }

    public async Task<AppendResult> AppendAsync(Epoch epoch, ulong expected, IReadOnlyList<EventData> events, CancellationToken cancellation)
    {
        var known = Known(epoch, expected);
        Remember(null, null, keepFence: true);   // until the outcome is known
        var token = Token();
        for (var attempt = 0; ; attempt++)
        {
            if (known is { } at && events.Count > 0)
            {
                var record = PackedRecord.Pack(at.Head, events, options.Cipher, token);
                if (await TryAppendAsync(at.Fence, at.Head, at.HeadIndex, record, cancellation) is { } index)
                {
                    Remember((epoch, at.Fence), (Next(at.Head, record), index));
                    return new AppendResult.Appended(record.Last);
                }
            }
            var meta = await metas.ReadAsync(options.CallWithin, known is null ? cancellation : default);
            if (known is not null && meta.Head.Revision > expected && await IsOursAsync(expected + 1, token))
                return new AppendResult.Appended(expected + (ulong)events.Count);
            if (!meta.Leads(epoch))
                return new AppendResult.Fenced(meta.Epoch.Epoch);
            if (meta.Head.Revision != expected)
                return new AppendResult.Conflict(meta.Head.Revision);
            if (events.Count == 0)
                return new AppendResult.Appended(expected);
            if (attempt >= MostTries)
                throw metas.Corrupt("there is a record beyond the head", expected + 1);
            known = (meta.EpochIndex, meta.Head, meta.HeadIndex);
        }
    }

    private async Task<bool> ReplaceEpochAsync(ConsulEpoch value, ulong index)
    {
        var txn = new ConsulTxn().Cas(keys.Epoch, ConsulMetaStore.Json(value, ConsulJson.Default.ConsulEpoch), index);
        var answer = await calls.CommitAsync(txn, options.CallWithin, default);
        if (answer.IsFound && value.Id is not null)
            Remember((value.Epoch, ConsulEntry.Results(answer.Body).Single().ModifyIndex), null);
        return answer.IsFound;
    }

    /// <summary>The head's new index; null when something is not as the caller thought, and nothing was written.</summary>
    private async Task<ulong?> TryAppendAsync(
        ulong fence, ConsulHead head, ulong headIndex, PackedRecord record, CancellationToken cancellation)
    {
        var parts = record.Body.Length <= InlineBytes ? 0 : await WritePartsAsync(record, cancellation);
        var txn = new ConsulTxn().CheckIndex(keys.Epoch, fence)
            .Cas(keys.Head, ConsulMetaStore.Json(Next(head, record), ConsulJson.Default.ConsulHead), headIndex)
            .Cas(keys.Record(record.First), record.Value(parts), 0);
        Failpoint.Hit("log.append.before-commit");
        var answer = await calls.CommitAsync(txn, options.CallWithin, cancellation);
        Failpoint.Hit("log.append.after-commit");
        return answer.IsFound ? ConsulEntry.Results(answer.Body).Single(entry => entry.Key == keys.Head).ModifyIndex : null;
    }

    /// <summary>They mean nothing before the record that names them is there.</summary>
    private async Task<int> WritePartsAsync(PackedRecord record, CancellationToken cancellation)
    {
        var (folder, parts) = (keys.PartsOf(record.First, record.Token), 0);
        for (var rest = record.Body; rest.Length > 0; rest = rest[Math.Min(PartBytes, rest.Length)..])
            await calls.PutAsync($"/v1/kv/{ConsulKeys.Part(folder, parts++)}", rest[..Math.Min(PartBytes, rest.Length)], options.CallWithin, cancellation);
        return parts;
    }

    /// <summary>Whether a transaction that is said to have failed was this one, sent on twice by Consul.</summary>
    private async Task<bool> IsOursAsync(ulong first, ulong token)
    {
        var answer = await calls.GetAsync($"/v1/kv/{keys.Record(first)}?raw&consistent", options.CallWithin, default);
        return answer.IsFound && PackedRecord.Read(first, answer.Body).Token == token;
    }

    private static ConsulHead Next(ConsulHead head, PackedRecord record) =>
        new(record.Last, record.Chain, record.First, head.Bytes + record.Body.Length);

    private static ulong Token() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private ulong? FenceOf(Epoch epoch)
    {
        lock (_lock)
            return _fence is { } fence && fence.Epoch == epoch ? fence.Index : null;
    }

    private (ulong Fence, ConsulHead Head, ulong HeadIndex)? Known(Epoch epoch, ulong expected)
    {
        lock (_lock)
            return _fence is { } fence && fence.Epoch == epoch && _tail is { } tail && tail.Head.Revision == expected
                ? (fence.Index, tail.Head, tail.Index) : null;
    }

    private void Remember((Epoch, ulong)? fence, (ConsulHead, ulong)? tail, bool keepFence = false, bool keepTail = false)
    {
        lock (_lock)
            (_fence, _tail) = (keepFence ? _fence : fence, keepTail ? _tail : tail);
    }
}
