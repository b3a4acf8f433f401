using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>How many tasks of a service have an address in a network, and for how many of them it is the first one.</summary>
public readonly record struct TasksOnNetwork(int All, int First);

/// <summary>
/// Keeps the index between services and the networks that their tasks are really on: after an update of its networks, or
/// its removal, a service is on others than its spec says until its last old task has ended.
/// </summary>
internal static class TaskNetworks
{
    public static void Count(ClusterState state, TaskRecord task, int by)
    {
        if (task.Addresses.Count == 0)
            return;
        var networks = state.TaskNetworks.Get(task.ServiceId);
        for (var i = 0; i < task.Addresses.Count; i++)
        {
            var network = task.Addresses[i].Network;
            var before = networks.Get(network);
            var now = new TasksOnNetwork(before.All + by, before.First + (i == 0 ? by : 0));
            networks = now.All == 0
                ? networks.Without(state.Token, network) : networks.With(state.Token, network, now);
            if (before.All == 0 || now.All == 0)
                Index(state, network, task.ServiceId, isThere: now.All > 0);
        }
        state.TaskNetworks = networks.Count == 0
            ? state.TaskNetworks.Without(state.Token, task.ServiceId)
            : state.TaskNetworks.With(state.Token, task.ServiceId, networks);
    }

    private static void Index(ClusterState state, NetworkId network, ServiceId service, bool isThere)
    {
        var services = state.NetworkTasks.Get(network);
        services = isThere ? services.With(state.Token, service, true) : services.Without(state.Token, service);
        state.NetworkTasks = services.Count == 0
            ? state.NetworkTasks.Without(state.Token, network) : state.NetworkTasks.With(state.Token, network, services);
    }
}
