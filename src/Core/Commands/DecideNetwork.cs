using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>Decisions about networks.</summary>
internal static class DecideNetwork
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateNetwork c => Create(state, c.Spec, step),
        RemoveNetwork c => Remove(state, c.Network),
        _ => throw new UnreachableException(),
    };

    private static Decision Create(ClusterState state, NetworkSpec spec, StepContext step)
    {
        if (NetworkRules.Check(spec) is { } refusal)
            return Decision.Refuse(refusal.Kind, refusal.Message);
        if (state.NetworksByName.Contains(spec.Name) || Network.Predefined.Contains(spec.Name))
            return Decision.Refuse(RefusalKind.AlreadyExists, $"network with name {spec.Name} already exists");
        if (spec.Ingress == true && !state.IngressNetwork.IsNone)
            return Decision.Refuse(RefusalKind.AlreadyExists, $"ingress network ({state.IngressNetwork}) is already present");
        var (created, problem) = NetworkAllocation.Allocate(state, state.Cluster?.Settings ?? new(), spec, step);
        return created is null ? Decision.Refuse(problem!.Kind, problem.Message)
            : Decision.Accept(new Reply(created.Id.ToString()), created);
    }

    /// <summary>
    /// Tasks that are told to stop, or whose service is gone, hold nobody up: stacks are removed in one go. The network goes
    /// on for them until they ended (<see cref="ClusterState.LeavingNetworks"/>).
    /// </summary>
    private static Decision Remove(ClusterState state, string reference)
    {
        var (network, missing) = Lookup.Network(state, reference);
        if (network is null)
            return Decision.Refuse(missing!.Kind, missing.Message);
        if (state.NetworkUsers.Get(network.Id).Keys.FirstOrDefault() is { IsNone: false } user)
            return Decision.Refuse(RefusalKind.FailedPrecondition, network.Spec.Ingress == true
                ? $"ingress network cannot be removed because service {user} depends on it"
                : $"network {network.Id} is in use by service {user}");
        if (ComesBack(state, network.Id) is { } rollback)
            return Decision.Refuse(RefusalKind.FailedPrecondition,
                $"network {network.Id} is in use by service {rollback.Id}, whose update may roll back to it");
        var task = state.NetworkTasks.Get(network.Id).Keys.Where(state.Services.Contains).SelectMany(state.TaskRecordsOf)
            .FirstOrDefault(task => task.IsAlive && task.Addresses.Any(at => at.Network == network.Id));
        return task is null ? Decision.Accept(new NetworkRemoved(network.Id))
            : Decision.Refuse(RefusalKind.FailedPrecondition, $"network {network.Id} is in use by task {task.Id}");
    }

    private static Service? ComesBack(ClusterState state, NetworkId network) => state.Services.Values.FirstOrDefault(service =>
        service.MayRollBack && service.PreviousTaskSpec is { } previous && state.NetworksOf(previous).Contains(network));
}
