using System.Collections.Concurrent;
using Orch.Core.Model;

namespace Orch.Manager.Leadership;

/// <summary>
/// Which agents were sent to which leader a moment ago. One that is back already found nobody there: it is told the same
/// again only after a while, since a leader that is dead is still named until the others have noticed.
/// </summary>
internal sealed class SentAgents(MonotonicTime time)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<NodeId, (Epoch Epoch, TimeSpan At)> _sent = new();

    public bool IsBack(NodeId agent, SeenLeader leader) =>
        _sent.TryGetValue(agent, out var sent) && sent.Epoch == leader.Epoch && time.Now - sent.At < Moment;

    public void Note(NodeId agent, SeenLeader leader) => _sent[agent] = (leader.Epoch, time.Now);
}
