using System.Text.Json;
using Orch.Core.Model.Specs;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>What a stack wants the cluster to have, in Docker's own shapes and in the order of creation.</summary>
public sealed record StackPlan(string Name)
{
    public IReadOnlyList<PlannedNetwork> Networks { get; init; } = [];
    public IReadOnlyList<PlannedFile> Files { get; init; } = [];

    /// <summary>Such that each comes after those it depends on.</summary>
    public IReadOnlyList<PlannedService> Services { get; init; } = [];
}

/// <summary>A network to create, or, when it is external, one that must be there.</summary>
public sealed record PlannedNetwork(string Key, string Name, Position At)
{
    public bool IsExternal { get; init; }

    /// <summary>The body of a create request; null for an external one.</summary>
    public JsonElement? Request { get; init; }
}

public enum FileKind
{
    Secret,
    Config,
}

/// <summary>A secret or config to create, or, when it is external, one that must be there.</summary>
public sealed record PlannedFile(FileKind Kind, string Key, string Name, Position At)
{
    public bool IsExternal { get; init; }
    public byte[] Data { get; init; } = [];
    public Dictionary<string, string> Labels { get; init; } = [];
    public string? TemplateDriver { get; init; }
    public DriverConfig? Driver { get; init; }

    /// <summary>A short mark of the content; in the name unless the user chose the name.</summary>
    public string? Hash { get; init; }
}

/// <summary>Secrets and configs in the spec have names; their ids are known once they are created.</summary>
public sealed record PlannedService(string Key, ServiceSpec Spec, Position At);
