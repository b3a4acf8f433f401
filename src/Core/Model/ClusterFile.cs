using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>A secret is never shown again by anybody; a config is for all to read. Otherwise they are the same.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileKind>))]
public enum FileKind
{
    [JsonStringEnumMemberName("secret")] Secret = 1,
    [JsonStringEnumMemberName("config")] Config = 2,
}

/// <summary>
/// A secret or a config: a small file that the cluster keeps and gives to the tasks that name it. Content never changes;
/// new content is a new object that takes the name over, and the old one goes on under a name of its own
/// (docs/decisions/0008).
/// </summary>
public sealed record ClusterFile
{
    public required FileId Id { get; init; }
    public required FileKind Kind { get; init; }
    public required FileSpec Spec { get; init; }
    public required Timestamp CreatedAt { get; init; }
    public Timestamp UpdatedAt { get; init; }

    /// <summary>Docker's object version: what an update must name to be accepted.</summary>
    public ulong Version { get; init; }

    /// <summary>Which content of its name this is: 1, 2, 3…</summary>
    public uint Number { get; init; } = 1;

    /// <summary>The name it had before newer content took it over; null while it is the newest.</summary>
    public string? FormerName { get; init; }

    public bool IsSuperseded => FormerName is not null;

    /// <summary>What users call it, whichever content they mean.</summary>
    public string Family => FormerName ?? Spec.Name;

    /// <summary>A reference made before newer content came goes on naming what it named then.</summary>
    public bool AnswersTo(string name) => name == Spec.Name || name == FormerName;
}

/// <summary>Names are unique among secrets, and among configs.</summary>
public readonly record struct FileName(FileKind Kind, string Name)
{
    public override int GetHashCode() => StableHash.Of(Name) ^ StableHash.Mix((ulong)Kind);
}
