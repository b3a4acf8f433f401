using System.Text.Json;

namespace Orch.Manager.Store.Consul;

/// <summary>Finds records by revision and takes them apart; nothing is verified here but that values are records of their keys.</summary>
internal sealed class ConsulReader(ConsulCalls calls, ConsulKeys keys, ConsulMetaStore metas, ConsulLogOptions options)
{
    /// <summary>
    /// Rows after a revision, those of its bucket at most; none where there are none yet. Costs one question, but when a reader begins
    /// inside a record, or a record is in parts.
    /// </summary>
    /// <exception cref="LogCompactedException">They are gone.</exception>
    public async Task<List<StoredRecord>> PageAsync(ulong after, CancellationToken cancellation)
    {
        if (await BucketAsync(after, "", cancellation) is { Count: > 0 } page)
            return page;
        // Nothing, or asked of a leader that is none any more.
        if (await BucketAsync(after, "&consistent", cancellation) is { Count: > 0 } sure)
            return sure;
        if (await FindAsync(after + 1, cancellation) is { } earlier)
            return [.. (await RowsAsync(earlier, cancellation)).Skip((int)(after + 1 - earlier.First))];
        await CheckNotCompactedAsync(after, cancellation);
        return [];
    }

    private async Task<List<StoredRecord>> BucketAsync(ulong after, string mode, CancellationToken cancellation)
    {
        var rows = new List<StoredRecord>();
        var answer = await calls.GetAsync($"/v1/kv/{keys.Bucket(after + 1)}?recurse{mode}", options.CallWithin, cancellation);
        var entries = answer.IsFound ? ConsulEntry.List(answer.Body) : [];
        foreach (var entry in entries.Skip(entries.FindLastIndex(entry => ConsulKeys.FirstOf(entry.Key) <= after + 1)))
        {
            var next = after + (ulong)rows.Count + 1;
            var record = Read(entry.Key, entry.Value);
            if (record.First > next)
                break;
            if (record.Last >= next)
                rows.AddRange((await RowsAsync(record, cancellation)).Skip((int)(next - record.First)));
        }
        return rows;
    }

    /// <summary>Waits for the record that begins after a revision; no rows: there is none yet, ask again with the index.</summary>
    public async Task<(List<StoredRecord> Rows, ulong Index)> NextAsync(ulong after, ulong index, CancellationToken cancellation)
    {
        var key = keys.Record(after + 1);
        var wait = options.LookAnyway;
        var answer = await calls.GetAsync(
            $"/v1/kv/{key}?raw&index={index}&wait={(long)wait.TotalMilliseconds}ms", wait * 1.1 + options.CallWithin, cancellation, cancellation);
        // An index that goes back begins anew, as Consul's documentation wants it.
        var next = answer.Index < index ? 0 : Math.Max(answer.Index, 1);
        return (answer.IsFound ? await RowsAsync(Read(key, answer.Body), cancellation) : [], next);
    }

    public async Task CheckNotCompactedAsync(ulong after, CancellationToken cancellation)
    {
        var begin = (await metas.ReadAsync(options.CallWithin, cancellation)).Base.Revision;
        if (after < begin)
            throw new LogCompactedException(after, begin);
    }

    /// <exception cref="LogCompactedException">It was compacted meanwhile.</exception>
    public async Task<ulong> ChainAtAsync(ulong revision, ConsulMeta meta, CancellationToken cancellation)
    {
        if (revision == meta.Base.Revision)
            return meta.Base.Chain;
        if (revision == meta.Head.Revision)
            return meta.Head.Chain;
        var answer = await calls.GetAsync($"/v1/kv/{keys.Record(revision + 1)}?raw", options.CallWithin, cancellation);
        if (answer.IsFound)
            return Read(keys.Record(revision + 1), answer.Body).ChainBefore;
        if (await FindAsync(revision, cancellation) is { } record)
            return (await RowsAsync(record, cancellation))[(int)(revision - record.First)].ChainValue;
        await CheckNotCompactedAsync(revision, cancellation);
        throw metas.Corrupt("the record is missing", revision);
    }

    /// <summary>The record that holds a revision; null: there is none.</summary>
    public async Task<PackedRecord?> FindAsync(ulong revision, CancellationToken cancellation)
    {
        var buckets = await NamesAsync($"{keys.Log}?keys&separator=/&consistent", cancellation);
        foreach (var bucket in buckets.Where(name => string.CompareOrdinal(name, keys.Bucket(revision)) <= 0).Reverse().Take(2))
        {
            var names = await NamesAsync($"{bucket}?keys&consistent", cancellation);
            if (names.LastOrDefault(name => ConsulKeys.FirstOf(name) <= revision) is not { } key)
                continue;
            var answer = await calls.GetAsync($"/v1/kv/{key}?raw", options.CallWithin, cancellation);
            return answer.IsFound && Read(key, answer.Body) is { } record && record.Last >= revision ? record : null;
        }
        return null;
    }

    /// <summary>Sorted, as Consul keeps them.</summary>
    public async Task<string[]> NamesAsync(string question, CancellationToken cancellation)
    {
        var answer = await calls.GetAsync($"/v1/kv/{question}", options.CallWithin, cancellation);
        return answer.IsFound ? JsonSerializer.Deserialize(answer.Body, ConsulJson.Default.StringArray)! : [];
    }

    public async Task<List<StoredRecord>> RowsAsync(PackedRecord record, CancellationToken cancellation)
    {
        var body = record.Parts == 0 ? record.Body : await PartsAsync(record, cancellation);
        try
        {
            return record.Rows(body);
        }
        catch (InvalidDataException error)
        {
            throw metas.Corrupt(error.Message, record.First);
        }
    }

    private async Task<ReadOnlyMemory<byte>> PartsAsync(PackedRecord record, CancellationToken cancellation)
    {
        var body = new MemoryStream();
        for (var number = 0; number < record.Parts; number++)
        {
            var key = ConsulKeys.Part(keys.PartsOf(record.First, record.Token), number);
            var answer = await calls.GetAsync($"/v1/kv/{key}?raw", options.CallWithin, cancellation);
            if (!answer.IsFound)
            {
                await CheckNotCompactedAsync(record.First - 1, cancellation);
                throw metas.Corrupt($"{key} is missing", record.First);
            }
            body.Write(answer.Body);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private PackedRecord Read(string key, byte[] value)
    {
        var first = ConsulKeys.FirstOf(key) ?? throw metas.Corrupt($"{key} is no key of a record");
        try
        {
            return PackedRecord.Read(first, value);
        }
        catch (InvalidDataException error)
        {
            throw metas.Corrupt(error.Message, first);
        }
    }
}
