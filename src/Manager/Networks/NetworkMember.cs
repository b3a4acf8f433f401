using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Sessions;

namespace Orch.Manager.Networks;

/// <summary>
/// A machine with an address in a network. Needed: a task of it is there, or a service that publishes ports on every node is
/// reached through it; otherwise the machine only keeps its address, and its agent has taken the network down.
/// </summary>
internal sealed record NetworkMember(Node Node, string Bridge, bool Needed, int Tasks)
{
    public string Name => Node.Description.Hostname.Length > 0 ? Node.Description.Hostname : Node.Id.ToString();

    /// <summary>By name. Costs what the services on the network have of tasks.</summary>
    public static IReadOnlyList<NetworkMember> Of(ClusterState state, NetworkId network)
    {
        var tasks = new Dictionary<NodeId, int>();
        foreach (var service in state.NetworkTasks.Get(network).Keys)
        {
            foreach (var task in state.TaskRecordsOf(service))
            {
                if (task.NeedsNetworks && task.Addresses.Any(held => held.Network == network))
                    tasks[task.NodeId] = tasks.GetValueOrDefault(task.NodeId) + 1;
            }
        }
        var onEvery = state.IngressPorts.Values.Distinct().Select(state.Services.Get).OfType<Service>()
            .Any(service => ServiceReach.Of(state, service).Carriers.Contains(network));
        var members = new List<NetworkMember>();
        foreach (var id in state.NetworkNodes.Get(network).Keys)
        {
            if (state.Nodes.Get(id) is { } node && state.NodeNetworks.Get(id).TryGet(network, out var bridge))
                members.Add(new(node, bridge, onEvery || tasks.ContainsKey(id), tasks.GetValueOrDefault(id)));
        }
        return [.. members.OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.Node.Id)];
    }

    /// <summary>Why it is not worth asking; null when it is.</summary>
    public string? Away => Node.State == NodeState.Ready ? null : $"is {Word(Node.State)}: {Node.StateMessage ?? "it has not reported"}";

    private static string Word(NodeState state) => Api.Views.NodeViews.WordOf(state);
}
