using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orch.Manager.Store.Consul;

/// <summary>Reads and makes the keys that are true of the log as a whole.</summary>
internal sealed class ConsulMetaStore(ConsulCalls calls, ConsulKeys keys)
{
    private readonly byte[] _reads = new ConsulTxn()
        .Get(keys.Epoch).Get(keys.Head).Get(keys.Base).Get(keys.Snapshot).Get(keys.Renewal).Body().ToArray();

    /// <summary>Makes the keys where there are none.</summary>
    /// <exception cref="LogCorruptException">Some of them are missing.</exception>
    public async Task<ConsulMeta> OpenAsync(TimeSpan within, CancellationToken cancellation)
    {
        if (await FindAsync(within, cancellation) is { } there)
            return there;
        var create = new ConsulTxn()
            .Cas(keys.Epoch, Json(ConsulEpoch.None, ConsulJson.Default.ConsulEpoch), 0)
            .Cas(keys.Head, Json(new ConsulHead(0, 0, 0, 0), ConsulJson.Default.ConsulHead), 0)
            .Cas(keys.Base, Json(new ConsulBase(0, 0, 1, 0), ConsulJson.Default.ConsulBase), 0)
            .Cas(keys.Snapshot, Json(new ConsulSnapshot(0, "", 0, 0), ConsulJson.Default.ConsulSnapshot), 0)
            .Cas(keys.Renewal, [], 0);
        await calls.CommitAsync(create, within, cancellation);   // a refusal: another manager was faster
        return await ReadAsync(within, cancellation);
    }

    public async Task<ConsulMeta> ReadAsync(TimeSpan within, CancellationToken cancellation) =>
        await FindAsync(within, cancellation)
        ?? throw Corrupt($"one of the keys {keys.Epoch}, {keys.Head}, {keys.Base}, {keys.Snapshot} and {keys.Renewal} is missing");

    public LogCorruptException Corrupt(string problem, ulong? revision = null) => new(calls.Place, revision, problem, ConsulAdvice.Restore);

    public static byte[] Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>Null when a key is missing. Asked of a leader that has made sure that it still is one.</summary>
    private async Task<ConsulMeta?> FindAsync(TimeSpan within, CancellationToken cancellation)
    {
        var answer = await calls.PutAsync("/v1/txn?consistent", _reads, within, cancellation);
        if (answer.Status != HttpStatusCode.OK)
            return null;
        var found = ConsulEntry.Results(answer.Body);
        var (epoch, head, begin, snapshot, renewal) = (found[0], found[1], found[2], found[3], found[4]);
        var leader = Parse(epoch, ConsulJson.Default.ConsulEpoch);
        if (leader.Format != ConsulEpoch.CurrentFormat)
        {
            throw new LogUnavailableException($"{calls.Place}: the log has format {leader.Format}, this build knows {ConsulEpoch.CurrentFormat}: "
                + "use the newer orch-manager.");
        }
        return new(leader, epoch.ModifyIndex, Parse(head, ConsulJson.Default.ConsulHead), head.ModifyIndex,
            Parse(begin, ConsulJson.Default.ConsulBase), begin.ModifyIndex, Parse(snapshot, ConsulJson.Default.ConsulSnapshot),
            snapshot.ModifyIndex, renewal.ModifyIndex - renewal.CreateIndex);
    }

    private T Parse<T>(ConsulEntry entry, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value, type) ?? throw Corrupt($"{entry.Key} is empty");
        }
        catch (JsonException error)
        {
            throw Corrupt($"{entry.Key} cannot be read: {error.Message}");
        }
    }
}
