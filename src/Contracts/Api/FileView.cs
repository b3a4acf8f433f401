using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>A secret or a config as the API shows it (docker-api §4.5): of a secret never the data.</summary>
public sealed record FileView : ObjectView
{
    /// <summary>Labels are {} rather than absent: Docker's clients index into them.</summary>
    public FileSpec Spec { get; set => field = value.Labels is null ? value with { Labels = [] } : value; } = new() { Labels = [] };
}

/// <summary>The answer to new content: the new object's id, and the ids of the services that are updated for it.</summary>
public sealed record ReplaceResponse(string ID, IReadOnlyList<string> Services, IReadOnlyList<string>? Warnings = null);
