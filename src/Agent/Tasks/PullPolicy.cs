using Orch.Core.Model.Specs;

namespace Orch.Agent.Tasks;

/// <summary>When to ask the registry (the spec's <see cref="PullOptions"/>; Compose's words).</summary>
public enum PullPolicy
{
    Missing,
    Always,
    Never,
}

internal static class PullPolicies
{
    /// <summary>What is not known is the default; the manager refuses words that mean nothing.</summary>
    public static PullPolicy Of(ContainerSpec? container) => container?.PullOptions?.Policy switch
    {
        "always" => PullPolicy.Always,
        "never" => PullPolicy.Never,
        _ => PullPolicy.Missing,
    };
}
