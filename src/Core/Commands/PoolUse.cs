using Orch.Core.Model;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>What is left of the blocks that subnets of networks are cut from.</summary>
public static class PoolUse
{
    /// <summary>How many subnets of one block of the pool there are, and how many of them nothing else lies in.</summary>
    public static (ulong All, ulong Free) Of(ClusterState state, ClusterSettings settings, IpPrefix block)
    {
        var all = 1UL << (settings.SubnetLength - block.Length);
        var large = new List<IpPrefix>();
        var pieces = new HashSet<IpPrefix>();
        foreach (var held in NetworkAllocation.All(state).SelectMany(network => network.Subnets)
            .Select(subnet => subnet.Prefix).Where(block.Overlaps))
        {
            if (held.Contains(block))
                return (all, 0);
            if (held.Length <= settings.SubnetLength)
                large.Add(held);
            else
                pieces.Add(new(held.Base, settings.SubnetLength));
        }
        foreach (var (_, address) in NetworkAllocation.Machines(state, founder: null)
            .Where(machine => block.Contains(machine.Address) && !large.Exists(held => held.Contains(machine.Address))))
            pieces.Add(new(address, settings.SubnetLength));
        var taken = large.Aggregate((ulong)pieces.Count, (sum, held) => sum + (1UL << (settings.SubnetLength - held.Length)));
        return (all, all - taken);
    }
}
