using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>
/// The networks of one session: follows what its node needs before it reads the view that it tells of, so that no change
/// can come between.
/// </summary>
internal sealed class NetworkSender(
    NetworkLedger ledger, NetworkRoutes routes, SessionOutbox outbox)
{
    private readonly HashSet<NetworkId> _followed = [];

    /// <summary>The whole truth, and the view that it is of.</summary>
    public (ClusterState View, NetworkUpdate Update) Complete()
    {
        routes.Join(outbox);
        var view = Attend(ledger.LookAtAll);
        var update = ledger.Complete(view);
        Unfollow(ledger.Requires);
        return (view, update);
    }

    /// <summary>What changed for the node up to a view; null when that is nothing.</summary>
    public (ClusterState View, NetworkUpdate? Update) Delta(NetworkTouch touch)
    {
        if (touch.IsEmpty)
            return (routes.View, null);
        var view = Attend(seen => ledger.Look(seen, touch));
        var update = ledger.Delta(view, touch);
        Unfollow(ledger.Requires);
        return (view, update);
    }

    /// <summary>The session is over.</summary>
    public void Stop()
    {
        Unfollow(_ => false);
        routes.Leave(outbox);
    }

    private ClusterState Attend(Action<ClusterState> look)
    {
        while (true)
        {
            var view = routes.View;
            look(view);
            var fresh = ledger.Needs.Where(network => !_followed.Contains(network)).ToList();
            if (fresh.Count == 0)
                return view;
            foreach (var network in fresh)
            {
                routes.Follow(outbox, network);
                _followed.Add(network);
            }
        }
    }

    private void Unfollow(Func<NetworkId, bool> isNeeded)
    {
        foreach (var network in _followed.Where(network => !isNeeded(network)).ToList())
        {
            _followed.Remove(network);
            routes.Unfollow(outbox, network);
        }
    }
}
