using Orch.Contracts.Agent;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Sessions;

public sealed class NetworkPartsTests
{
    private static NetworkUpdate Large()
    {
        var update = new NetworkUpdate { Epoch = new() { Incarnation = 1, Term = 2 }, Revision = 7, Serial = 3, Complete = true };
        for (var n = 0; n < 40; n++)
        {
            update.Networks.Add(new NetworkAssignment { Id = $"n{n}", Name = new string('n', 50) });
            update.RemovedNetworks.Add($"rn{n}");
            update.Services.Add(new ServiceEndpoint { Id = $"s{n}", Name = new string('s', 50) });
            update.RemovedServices.Add($"rs{n}");
            update.Tasks.Add(new TaskEndpoint { Id = $"t{n}", ServiceId = new string('t', 50) });
            update.RemovedTasks.Add($"rt{n}");
            update.Peers.Add(new NetworkPeer { NetworkId = $"n{n}", NodeId = new string('p', 50) });
            update.RemovedPeers.Add(new NetworkPeer { NetworkId = $"n{n}", NodeId = new string('q', 50) });
        }
        return update;
    }

    [Fact]
    public void What_fits_is_one_message()
    {
        var part = Assert.Single(NetworkParts.Split(Large()));
        Assert.False(part.More);
        Assert.True(Large().Equals(part));
    }

    [Fact]
    public void Parts_are_small_say_that_more_follows_and_are_together_the_whole()
    {
        var parts = NetworkParts.Split(Large(), targetBytes: 500).ToList();

        Assert.True(parts.Count > 5);
        Assert.All(parts, part => Assert.True(part.CalculateSize() < 700 && part is { Revision: 7, Serial: 3, Epoch.Term: 2 }));
        Assert.True(parts[0].Complete);
        Assert.DoesNotContain(parts.Skip(1), part => part.Complete);
        Assert.All(parts.SkipLast(1), part => Assert.True(part.More));
        Assert.False(parts[^1].More);
        var merged = new NetworkUpdate();
        foreach (var part in parts)
            merged.MergeFrom(part);
        merged.More = false;
        Assert.True(Large().Equals(merged));
    }
}
