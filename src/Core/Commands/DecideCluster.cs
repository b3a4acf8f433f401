using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>Decisions about the cluster itself.</summary>
internal static class DecideCluster
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateCluster c => Create(state, c, step),
        SetClusterSecrets c => Decision.Accept(new ClusterSecretsSet(c.Sealed, step.Now)),
        UpdateCluster c => Update(state, c, step),
        AddAddressPools c => AddPools(state, c, step),
        _ => throw new UnreachableException(),
    };

    private static Decision Create(ClusterState state, CreateCluster c, StepContext step)
    {
        if (state.Cluster is not null)
            return Decision.Refuse(RefusalKind.AlreadyExists, "this cluster already exists");
        if (c.Settings?.PoolProblem() is { } problem)
            return Decision.Refuse(RefusalKind.Invalid, problem);
        var events = new List<ClusterEvent> { new ClusterCreated(c.Id, step.Now) };
        if (c.Settings is { } settings)
            events.Add(new ClusterSettingsSet(settings, step.Now));
        var (ingress, refusal) = IngressNetwork.Create(state, c.Settings ?? new(), step, c.Address);
        if (ingress is null)
            return Decision.Refuse(refusal!.Kind, refusal.Message);
        events.Add(ingress);
        return Decision.Accept(events);
    }

    private static Decision Update(ClusterState state, UpdateCluster c, StepContext step)
    {
        if (state.Cluster is not { } cluster)
            return Decision.Refuse(RefusalKind.FailedPrecondition, "there is no cluster yet");
        if (cluster.Version != c.Version)
            return Decision.Refuse(RefusalKind.OutOfSequence, "update out of sequence");
        if (c.Settings.TaskHistoryLimit < 0)
            return Decision.Refuse(RefusalKind.Invalid, "the task history limit cannot be negative");

        // What networks are cut from only grows, by a command of its own; taking it away would change nothing that is there.
        var (pools, length) = (cluster.Settings.DefaultAddrPool, cluster.Settings.SubnetSize);
        return Decision.Accept(new ClusterSettingsSet(c.Settings with { DefaultAddrPool = pools, SubnetSize = length }, step.Now));
    }

    private static Decision AddPools(ClusterState state, AddAddressPools c, StepContext step)
    {
        if (state.Cluster is not { } cluster)
            return Decision.Refuse(RefusalKind.FailedPrecondition, "there is no cluster yet");
        if (c.Blocks.Count == 0)
            return Decision.Refuse(RefusalKind.Invalid, "name at least one block, such as 10.64.0.0/12");
        if (cluster.Settings.AddressPools.Count + c.Blocks.Count > ClusterSettings.MostPools)
            return Decision.Refuse(RefusalKind.Invalid, $"a cluster has at most {ClusterSettings.MostPools} address pools: add fewer, larger ones");
        var settings = cluster.Settings with
        {
            DefaultAddrPool = [.. cluster.Settings.AddressPools.Select(block => block.ToString()), .. c.Blocks],
        };
        return settings.PoolProblem() is { } problem
            ? Decision.Refuse(RefusalKind.Invalid, problem) : Decision.Accept(new ClusterSettingsSet(settings, step.Now));
    }
}
