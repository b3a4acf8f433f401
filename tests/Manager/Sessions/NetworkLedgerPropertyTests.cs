using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Sessions;

/// <summary>Whatever happens, in whatever order it is heard of: what an agent was told bit by bit is what it would be told whole.</summary>
public sealed class NetworkLedgerPropertyTests
{
    private const int Steps = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void All_deltas_together_are_the_whole_truth(int start)
    {
        for (var seed = start * 1_000; seed < start * 1_000 + 40; seed++)
            Check(seed);
    }

    private static void Check(int seed)
    {
        var random = new Random(seed);
        var history = new NetworkHistory(seed);
        var routes = new NetworkRoutes();
        var unrouted = new Changes();
        routes.Begin(history.View);
        var sessions = new List<NetworkSession>();

        void FlushSome()
        {
            if (random.Next(3) == 0 && sessions.Count > 0)
                sessions[random.Next(sessions.Count)].Flush();
        }

        // Sessions run whenever they like: before a change, between its parts, long after it.
        void RouteAll()
        {
            var changes = unrouted;
            unrouted = new Changes();
            routes.Publish(history.View);
            FlushSome();
            foreach (var session in sessions)
                Touch(session, history.View, changes);
            FlushSome();
            routes.Route(history.View, changes);
            FlushSome();
        }

        for (var step = 0; step < Steps; step++)
        {
            unrouted.AddAll(history.Step());
            if (random.Next(3) == 0)
                RouteAll();
            if (random.Next(20) == 0)
                Replace(sessions, new NodeId((UInt128)random.Next(1, 4)), node => new NetworkSession(node, routes));
        }
        RouteAll();
        foreach (var session in sessions)
        {
            session.Flush();
            Assert.Null(session.Flush());
            var whole = new ToldNetworks();
            whole.Apply(new NetworkLedger(session.Node, new(1, 1)).Complete(history.View));
            Assert.Equal($"seed {seed}\n{whole.Text}", $"seed {seed}\n{session.Told.Text}");
            CheckNeeds(session, history.View, seed);
            CheckPeers(session, history.View, seed);
        }
    }

    /// <summary>Who has a network knows all others that have it: packets of theirs come from addresses that it can answer.</summary>
    private static void CheckPeers(NetworkSession session, ClusterState view, int seed)
    {
        foreach (var network in view.NodeNetworks.Get(session.Node).Keys.Where(network => session.Told.Has("network", network)))
        {
            foreach (var node in view.NetworkNodes.Get(network).Keys.Where(node => node != session.Node))
                Assert.True(session.Told.Has($"peer {network}", node), $"seed {seed}: node {session.Node} does not know {node} in {network}");
        }
    }

    /// <summary>Seen from the tasks: what works today goes on working until the task ended.</summary>
    private static void CheckNeeds(NetworkSession session, ClusterState view, int seed)
    {
        bool Has(NetworkId network) => session.Told.Has("network", network);
        bool Lacks(NetworkId network) => view.NodeNetworks.Get(session.Node).Contains(network) && !Has(network);
        foreach (var task in view.Tasks.Values.Where(task => task is { HoldsResources: true, Addresses.Count: > 0 }))
        {
            var what = $"seed {seed}: node {session.Node}, task {task.Id} of {task.ServiceId}";
            var service = view.Services.Get(task.ServiceId);
            if (task.NodeId == session.Node)
                Assert.True(session.Told.Has("task", task.Id) && !task.Addresses.Any(on => Lacks(on.Network)), what);
            if (service is null)
                continue;
            Assert.False(service.TaskSpec.PublishesIngress && Lacks(task.Addresses[0].Network), what);
            Assert.True(task.Addresses.Where(on => Has(on.Network)).All(on => session.Told.IsOn(service.Id, on.Network)), what);
        }
    }

    private static void Replace(List<NetworkSession> sessions, NodeId node, Func<NodeId, NetworkSession> start)
    {
        if (sessions.Find(session => session.Node == node) is { } old)
        {
            old.Stop();
            sessions.Remove(old);
        }
        sessions.Add(start(node));
    }

    /// <summary>What the hub tells a node's own session.</summary>
    private static void Touch(NetworkSession session, ClusterState view, Changes changes)
    {
        foreach (var id in changes.Tasks)
        {
            if (view.Tasks.Get(id)?.NodeId == session.Node)
                session.Outbox.Touch([id]);
        }
        foreach (var gone in changes.RemovedTasks.Where(gone => gone.NodeId == session.Node))
            session.Outbox.Touch([gone.Id]);
        if (changes.Nodes.Contains(session.Node))
            session.Outbox.TouchNode();
    }
}
