using System.Text.Json;
using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Manager.Store.Consul;

/// <summary>The key that fences: no leader means that it is free. The token tells a writer its own write from a twin's.</summary>
internal sealed record ConsulEpoch(int Format, ulong Incarnation, ulong Term, string? Id, string? Address, ulong Token)
{
    /// <summary>Of keys and values; a manager that does not know a newer one leaves them alone.</summary>
    public const int CurrentFormat = 1;

    public static readonly ConsulEpoch None = new(CurrentFormat, 0, 0, null, null, 0);

    [JsonIgnore]
    public Epoch Epoch => new(Incarnation, Term);

    [JsonIgnore]
    public LeaderInfo? Leader => Id is null ? null : new(Id, Address ?? "");
}

/// <summary>The last revision, the chain there, where the record that holds it begins, and the bytes of all records ever.</summary>
internal sealed record ConsulHead(ulong Revision, ulong Chain, ulong LastRecord, long Bytes);

/// <summary>The last revision that is compacted away, the chain there, where the record that goes on begins, and the bytes before it.</summary>
internal sealed record ConsulBase(ulong Revision, ulong Chain, ulong FirstRecord, long Bytes);

/// <summary>The snapshot that counts; revision 0: none.</summary>
internal sealed record ConsulSnapshot(ulong Revision, string Folder, int Parts, long Bytes);

/// <summary>All that is true of the log as a whole, read at one moment, with the indexes that a change compares.</summary>
internal sealed record ConsulMeta(
    ConsulEpoch Epoch, ulong EpochIndex, ConsulHead Head, ulong HeadIndex, ConsulBase Base, ulong BaseIndex,
    ConsulSnapshot Snapshot, ulong SnapshotIndex, ulong Renewals)
{
    public LeaderView View => new(Epoch.Epoch, Epoch.Leader, Renewals);

    public bool Leads(Epoch epoch) => Epoch.Id is not null && Epoch.Epoch == epoch;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConsulEpoch))]
[JsonSerializable(typeof(ConsulHead))]
[JsonSerializable(typeof(ConsulBase))]
[JsonSerializable(typeof(ConsulSnapshot))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ConsulJson : JsonSerializerContext;
