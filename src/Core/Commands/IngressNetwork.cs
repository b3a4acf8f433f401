using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>The built-in network, which carries the published ports of services that have no network of their own.</summary>
internal static class IngressNetwork
{
    public const string Name = "ingress";

    /// <summary>Made with the cluster; and where a log is older than that, or it was removed, when it is needed.</summary>
    public static (NetworkCreated? Created, Refusal? Refusal) Create(
        ClusterState state, ClusterSettings settings, StepContext step, string? founder = null)
    {
        var name = Name;
        for (var number = 2; state.NetworksByName.Contains(name); number++)
            name = $"{Name}-{number}";
        return NetworkAllocation.Allocate(state, settings, new() { Name = name, Driver = "overlay", Ingress = true }, step, founder);
    }
}
