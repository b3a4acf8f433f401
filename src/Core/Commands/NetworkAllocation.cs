using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// Gives a new network its subnet and its number. What is taken is read from the records each time: networks are few and
/// rarely made, and an allocator beside the records could only disagree with them. One that tasks are still leaving counts.
/// </summary>
internal static class NetworkAllocation
{
    /// <summary>A network of less than a machine's own address and a task's is of no use.</summary>
    private const uint LeastAddresses = 2;

    /// <summary>Founder: the address of a machine that is about to be the first, and is in no record yet.</summary>
    public static (NetworkCreated? Created, Refusal? Refusal) Allocate(
        ClusterState state, ClusterSettings settings, NetworkSpec spec, StepContext step, string? founder = null)
    {
        var (subnets, conflict) = Subnets(state, settings, spec.IPAM?.Config ?? [], founder);
        if (subnets is null)
            return (null, conflict);
        if (FreeVni(state) is not { } vni)
            return (null, new(RefusalKind.FailedPrecondition, "there is no number left for another network: remove one"));
        var created = new NetworkCreated(NetworkOrder.IdOf(step.NewId(), spec), spec with { Unknown = null }, subnets, vni, step.Now);
        var book = new AddressBook(new EditToken(), NetworkFold.Record(created, 0));
        if (book.Capacity >= LeastAddresses)
            return (created, null);
        var range = subnets[0].Range is { } part ? $" within {part}" : "";
        return (null, new(RefusalKind.Invalid, $"subnet {book.Subnet} has {book.Capacity} addresses to give{range}, which is too few: "
            + $"its own, the auxiliary ones and those for the machines' engines ({NetworkLayout.EngineRange(book.Subnet)}) are not given"));
    }

    private static (List<NetworkSubnet>? Subnets, Refusal? Conflict) Subnets(
        ClusterState state, ClusterSettings settings, List<SubnetSpec> wanted, string? founder)
    {
        var pool = Pool(settings);
        foreach (var held in All(state).SelectMany(network => network.Subnets))
            pool.TryReserve(held.Prefix);
        var machines = Machines(state, founder).ToList();
        if (wanted.Count == 0)
        {
            var withheld = LeaveToMachines(pool, settings, machines) ? ", beside blocks that machines have their own addresses in" : "";
            return pool.Take() is { } chosen ? ([new(chosen.ToString(), chosen.At(1).ToString())], null)
                : (null, new(RefusalKind.FailedPrecondition, $"the address pool has no subnet left{withheld}: give one (--subnet), add a pool (orch pool add) or remove a network"));
        }
        var subnets = new List<NetworkSubnet>();
        foreach (var spec in wanted)
        {
            var block = IpPrefix.Parse(spec.Subnet!);
            if (pool.TryReserve(block) is { } other)
                return (null, new(RefusalKind.Invalid,
                    $"Pool overlaps with other one on this address space: {block} and {other}{HolderOf(state, other)}"));
            if (machines.Find(machine => block.Contains(machine.Address)) is { Name: { } name })
                return (null, new(RefusalKind.Invalid, $"subnet {block} contains the address of node {name}: choose another"));
            subnets.Add(new(block.ToString(), spec.Gateway is { Length: > 0 } gateway ? gateway : block.At(1).ToString(),
                spec.IPRange is { Length: > 0 } range ? range : null));
        }
        return (subnets, null);
    }

    /// <summary>A machine would look for the others, and they for it, in a network of containers. True: that takes blocks away.</summary>
    private static bool LeaveToMachines(SubnetPool pool, ClusterSettings settings, List<(string Name, IpAddr Address)> machines)
    {
        var any = false;
        foreach (var (_, address) in machines.Where(machine => settings.AddressPools.Any(block => block.Contains(machine.Address))))
        {
            pool.TryReserve(new(address, settings.SubnetLength));
            any = true;
        }
        return any;
    }

    public static IEnumerable<(string Name, IpAddr Address)> Machines(ClusterState state, string? founder)
    {
        if (IpAddr.TryParse(founder, out var first))
            yield return (founder!, first);
        foreach (var node in state.Nodes.Values)
        {
            foreach (var text in ((string[])[node.Address, node.DataAddress]).Distinct())
            {
                if (IpAddr.TryParse(text, out var address))
                    yield return ($"{node.Description.Hostname} ({address})", address);
            }
        }
    }

    /// <summary>Who has the block: one that was removed is in no list any more, and its user can only wait.</summary>
    private static string HolderOf(ClusterState state, IpPrefix block)
    {
        if (All(state).FirstOrDefault(network => network.Subnets.Exists(subnet => subnet.Prefix == block)) is not { } holder)
            return "";
        if (!state.LeavingNetworks.Contains(holder.Id))
            return $", which network {holder.Spec.Name} has";
        var left = state.AddressBooks.Get(holder.Id).Tasks;
        return $": network {holder.Spec.Name} was removed and is in use until its {(left == 1 ? "last task has" : $"{left} tasks have")} stopped";
    }

    private static SubnetPool Pool(ClusterSettings settings) => new(settings.AddressPools.Select(block => (block, settings.SubnetLength)).ToList());

    private static uint? FreeVni(ClusterState state)
    {
        var used = All(state).Select(network => network.Vni).ToHashSet();
        for (var vni = Network.FirstVni; vni <= Network.LastVni; vni++)
        {
            if (!used.Contains(vni))
                return vni;
        }
        return null;
    }

    public static IEnumerable<Network> All(ClusterState state) => state.Networks.Values.Concat(state.LeavingNetworks.Values);
}
