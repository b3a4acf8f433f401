using Orch.Agent.Dataplanes;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Orch.Core.Networking;
using Orch.Tests.Agent.Dataplane;
using WirePeer = Orch.Contracts.Agent.NetworkPeer;

namespace Orch.Tests.Agent.Networks;

/// <summary>The other machines of a network: told, changed, forgotten with it, and what the kernel is given of them.</summary>
public sealed class NetworkPeersTests
{
    private static readonly DataplaneOptions _options = new() { NodeId = "here", NodeAddress = IpAddr.Parse("10.99.0.1") };

    [Fact]
    public void A_machine_s_own_address_is_a_neighbour_behind_that_machine()
    {
        var wanted = WantedNetwork.Of(Book(Peer("n2", "10.99.0.2", "10.50.0.3")), _options, 1500)["net1"];

        var mac = MacAddress.Of(IpAddr.Parse("10.50.0.3"));
        Assert.Equal(mac, wanted.Neighbours[IpAddr.Parse("10.50.0.3")]);
        Assert.Equal(IpAddr.Parse("10.99.0.2"), wanted.Forwarding[mac]);
    }

    [Fact]
    public void Frames_of_a_network_are_taken_from_its_machines()
    {
        var rules = CommonRules.Render(Book(Peer("n2", "10.99.0.2", "10.50.0.3")), "here");

        Assert.Equal("10.99.0.2", Assert.Single(rules.Elements, element => element.Set == RuleNames.Vteps).Key);
        Assert.Contains(new RuleElement(RuleNames.Gates, "02:42:0a:32:00:03", "0x0a320003"), rules.Elements);
        Assert.Contains(new RuleElement(RuleNames.WaysBack, "0x0a320003", "02:42:0a:32:00:03"), rules.Elements);
    }

    [Fact]
    public void A_machine_that_moved_or_left_is_a_change_of_links_and_common_rules_alone()
    {
        var before = Book(Peer("n2", "10.99.0.2", "10.50.0.3"));

        var (moved, changes) = before.Apply(new() { Peers = { Peer("n2", "10.99.0.9", "10.50.0.3") } });
        var impact = BookImpact.Of(changes, before, moved, "here");
        Assert.True(impact.Links);
        Assert.Equal([CommonRules.Owner], impact.Services!);
        Assert.Equal(IpAddr.Parse("10.99.0.9"), Assert.Single(moved.PeersOf("net1")).NodeAddress);

        var (left, _) = moved.Apply(new() { RemovedPeers = { new WirePeer { NetworkId = "net1", NodeId = "n2" } } });
        Assert.Empty(left.PeersOf("net1"));
    }

    [Fact]
    public void Peers_go_with_their_network_and_with_what_a_whole_update_does_not_say()
    {
        var book = Book(Peer("n2", "10.99.0.2", "10.50.0.3"), Peer("n3", "10.99.0.3", "10.50.0.4"));

        Assert.Empty(book.Apply(new() { RemovedNetworks = { "net1" } }).Book.Peers);
        var whole = Books.Update();
        whole.Peers.Add(Peer("n3", "10.99.0.3", "10.50.0.4"));
        Assert.Equal("n3", Assert.Single(book.Apply(whole).Book.PeersOf("net1")).NodeId);
    }

    [Fact]
    public void What_was_told_of_machines_is_part_of_the_whole_truth()
    {
        var truth = new NetworkTruth();
        var told = Books.Update();
        told.Peers.Add(Peer("n2", "10.99.0.2", "10.50.0.3"));
        told.Peers.Add(Peer("n3", "10.99.0.3", "10.50.0.4"));
        truth.Apply(told);
        truth.Apply(new() { RemovedPeers = { new WirePeer { NetworkId = "net1", NodeId = "n2" } } });

        Assert.Equal("n3", Assert.Single(truth.Whole().Peers).NodeId);
        truth.Apply(new() { RemovedNetworks = { "net1" } });
        Assert.Empty(truth.Whole().Peers);
    }

    [Fact]
    public async Task A_manager_is_answered_when_the_rules_are_so()
    {
        using var stop = new CancellationTokenSource();
        var answers = new AppliedAnswers();
        var settled = new TaskCompletionSource<string?>();
        var said = new TaskCompletionSource<(long, AgentMessage)>();
        answers.Owe(session: 3, serial: 41, version: 5);
        var running = answers.RunAsync((_, _) => settled.Task, () => false, (session, message) => said.TrySetResult((session, message)), stop.Token);
        Assert.False(said.Task.IsCompleted);

        settled.SetResult(null);
        var (session, message) = await said.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((3, 41ul), (session, message.NetworkApplied.Serial));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_machine_without_rules_says_so_only_when_it_can_have_none()
    {
        using var stop = new CancellationTokenSource();
        var (powerless, asked) = (false, new SemaphoreSlim(0));
        var answers = new AppliedAnswers();
        var said = new TaskCompletionSource<ulong>();
        answers.Owe(session: 3, serial: 1, version: 5);
        var running = answers.RunAsync(
            (_, _) =>
            {
                asked.Release();
                return Task.FromResult<string?>("no such table");
            },
            () => powerless, (_, message) => said.TrySetResult(message.NetworkApplied.Serial), stop.Token);
        Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(said.Task.IsCompleted);

        powerless = true;
        answers.Owe(session: 3, serial: 2, version: 6);
        Assert.Equal(2ul, await said.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static NetworkBook Book(params WirePeer[] peers)
    {
        var update = Books.Update();
        update.Peers.AddRange(peers);
        return NetworkBook.Empty.Apply(update).Book;
    }

    private static WirePeer Peer(string node, string address, string bridge) =>
        new() { NetworkId = "net1", NodeId = node, NodeAddress = address, BridgeAddress = bridge };
}
