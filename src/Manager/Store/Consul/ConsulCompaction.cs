namespace Orch.Manager.Store.Consul;

/// <summary>
/// Drops records from the beginning. Where the log begins is said first, then the keys go, in bounded transactions: what an
/// interrupted compaction leaves lies before the beginning, and the next one takes it along.
/// </summary>
internal sealed class ConsulCompaction(ConsulCalls calls, ConsulKeys keys, ConsulReader reader, ConsulMetaStore metas, ConsulLogOptions options)
{
    public async Task<ulong> RunAsync(ulong upTo, CancellationToken cancellation)
    {
        var meta = await metas.ReadAsync(options.CallWithin, cancellation);
        var target = SnapshotRules.CompactionTarget(upTo, meta.Snapshot.Revision, meta.Head.Revision, (ulong)options.KeepTail);
        if (target <= meta.Base.Revision)
            return meta.Base.Revision;
        var begin = await BaseAtAsync(target, meta, cancellation);
        var txn = new ConsulTxn().Cas(keys.Base, ConsulMetaStore.Json(begin, ConsulJson.Default.ConsulBase), meta.BaseIndex);
        var answer = await calls.CommitAsync(txn, options.CallWithin, cancellation);
        if (!answer.IsFound)   // another manager compacts, too
            return (await metas.ReadAsync(options.CallWithin, cancellation)).Base.Revision;
        await RemoveAsync(begin.FirstRecord, cancellation);
        return target;
    }

    /// <summary>A record is kept as long as one of its events is.</summary>
    private async Task<ConsulBase> BaseAtAsync(ulong target, ConsulMeta meta, CancellationToken cancellation)
    {
        if (target == meta.Head.Revision)
            return new(target, meta.Head.Chain, target + 1, meta.Head.Bytes);
        var record = await reader.FindAsync(target, cancellation) ?? throw metas.Corrupt("the record is missing", target);
        var chain = (await reader.RowsAsync(record, cancellation))[(int)(target - record.First)].ChainValue;
        if (record.Last > target)
            return new(target, chain, record.First, record.BytesBefore);
        var next = await reader.FindAsync(target + 1, cancellation) ?? throw metas.Corrupt("the record is missing", target + 1);
        return new(target, chain, next.First, next.BytesBefore);
    }

    private async Task RemoveAsync(ulong before, CancellationToken cancellation)
    {
        var txn = new ConsulTxn();
        foreach (var bucket in await reader.NamesAsync($"{keys.Log}?keys&separator=/", cancellation))
        {
            if (string.CompareOrdinal(bucket, keys.Bucket(before)) < 0)
            {
                txn = await AddedAsync(txn.DeleteTree(bucket), cancellation);
                continue;
            }
            foreach (var name in await reader.NamesAsync($"{bucket}?keys", cancellation))
                if (ConsulKeys.FirstOf(name) < before)
                    txn = await AddedAsync(txn.Delete(name), cancellation);
            break;
        }
        foreach (var folder in await reader.NamesAsync($"{keys.Parts}?keys&separator=/", cancellation))
            if (ConsulKeys.RevisionOf(folder) < before)
                txn = await AddedAsync(txn.DeleteTree(folder), cancellation);
        if (txn.Count > 0)
            await calls.CommitAsync(txn, options.CallWithin, cancellation);
    }

    /// <summary>A full transaction is sent; the next operations go into a new one.</summary>
    private async Task<ConsulTxn> AddedAsync(ConsulTxn txn, CancellationToken cancellation)
    {
        if (txn.Count < ConsulTxn.MaxOperations)
            return txn;
        await calls.CommitAsync(txn, options.CallWithin, cancellation);
        return new ConsulTxn();
    }
}
