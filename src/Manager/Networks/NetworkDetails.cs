using Orch.Contracts.Agent;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Networking;
using Orch.Core.State;
using Orch.Manager.Sessions;

namespace Orch.Manager.Networks;

/// <summary>How a network stands: its addresses from the state, its machines as their agents say.</summary>
internal static class NetworkDetails
{
    private static readonly TimeSpan AskWithin = TimeSpan.FromSeconds(4);

    public static async Task<NetworkDetailView> OfAsync(
        ClusterState state, Network network, AskNode ask, CancellationToken cancellation)
    {
        var members = NetworkMember.Of(state, network.Id);
        var machines = await Task.WhenAll(members.Select(member => MachineAsync(member, network, ask, cancellation)));
        var mtus = machines.Select(machine => machine.MTU).Where(mtu => mtu > 0).ToList();
        var addresses = AddressesOf(state, network);
        return new()
        {
            ID = network.Id.ToString(),
            Name = network.Spec.Name,
            VNI = network.Vni,
            MTU = mtus.Count > 0 ? mtus.Min() : 0,
            Addresses = Use(state, network),
            Subnets = [.. network.Subnets.Select(subnet => new NetworkSubnetUseView(
                subnet.Block, subnet.Gateway, subnet.Range, addresses.Count(subnet.Prefix.Contains)))],
            Machines = machines,
        };
    }

    private static async Task<NetworkMachineView> MachineAsync(NetworkMember member, Network network,
        AskNode ask, CancellationToken cancellation)
    {
        var view = new NetworkMachineView
        {
            ID = member.Node.Id.ToString(),
            Hostname = member.Name,
            Address = member.Node.DataAddress,
            BridgeAddress = member.Bridge,
            Tasks = member.Tasks,
        };
        if (!member.Needed)
            return view with { State = "unused" };
        if (member.Away is { } away)
            return view with { State = "unknown", Problem = away };
        var question = new Ask { NetworkStates = new() { NetworkIds = { network.Id.ToString() } } };
        var (answer, problem) = await ask(member.Node.Id, question, AskWithin, cancellation);
        return answer?.NetworkStates?.Networks is [var state]
            ? view with { State = state.Problem.Length > 0 ? "problem" : "stands", Problem = Some(state.Problem), MTU = state.Mtu }
            : view with { State = "unknown", Problem = problem ?? "it answered something else" };
    }

    private static NetworkAddressUseView Use(ClusterState state, Network network)
    {
        var book = state.AddressBooks.Get(network.Id);
        return new()
        {
            Capacity = book.Capacity,
            Given = book.Used,
            Free = book.Free,
            Tasks = book.Tasks,
            VirtualIPs = VirtualIps(state, network).Count(),
            Machines = state.NetworkNodes.Get(network.Id).Count,
        };
    }

    /// <summary>Every address that somebody has.</summary>
    private static List<IpAddr> AddressesOf(ClusterState state, Network network)
    {
        var texts = VirtualIps(state, network);
        foreach (var node in state.NetworkNodes.Get(network.Id).Keys)
        {
            if (state.NodeNetworks.Get(node).TryGet(network.Id, out var bridge))
                texts = texts.Append(bridge);
        }
        texts = texts.Concat(state.NetworkTasks.Get(network.Id).Keys.SelectMany(state.TaskRecordsOf)
            .Where(task => task.NeedsNetworks || task.HoldsResources)
            .SelectMany(task => task.Addresses).Where(held => held.Network == network.Id).Select(held => held.Address));
        return [.. texts.Where(text => IpAddr.TryParse(text, out _)).Select(IpAddr.Parse).Distinct()];
    }

    private static IEnumerable<string> VirtualIps(ClusterState state, Network network) => state.NetworkUsers.Get(network.Id).Keys
        .Select(state.Services.Get).OfType<Service>().SelectMany(service => service.VirtualIps)
        .Where(vip => vip.Network == network.Id).Select(vip => vip.Address);

    private static string? Some(string text) => text.Length > 0 ? text : null;
}
