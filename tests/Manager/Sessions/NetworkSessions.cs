using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Sessions;

/// <summary>What an agent makes of all it was told of networks: its whole set, as text.</summary>
internal sealed class ToldNetworks
{
    private readonly SortedDictionary<string, string> _told = new(StringComparer.Ordinal);

    public string Text => string.Join('\n', _told.Select(pair => $"{pair.Key}: {pair.Value}"));

    public bool Has<T>(string kind, T id) where T : notnull => _told.ContainsKey($"{kind} {id}");

    /// <summary>That the service was told, and that network of it.</summary>
    public bool IsOn(ServiceId service, NetworkId network) =>
        _told.TryGetValue($"service {service}", out var text) && text.Contains($"\"networkId\": \"{network}\"", StringComparison.Ordinal);

    public void Apply(NetworkUpdate update)
    {
        if (update.Complete)
            _told.Clear();
        foreach (var id in update.RemovedNetworks)
        {
            Assert.True(_told.Remove($"network {id}"), $"network {id} is removed and was never told");
            foreach (var peer in _told.Keys.Where(key => key.StartsWith($"peer {id} ", StringComparison.Ordinal)).ToList())
                _told.Remove(peer);
        }
        foreach (var peer in update.RemovedPeers)
            Assert.True(_told.Remove($"peer {peer.NetworkId} {peer.NodeId}"), $"peer {peer} is removed and was never told");
        foreach (var id in update.RemovedServices)
            Assert.True(_told.Remove($"service {id}"), $"service {id} is removed and was never told");
        foreach (var id in update.RemovedTasks)
            Assert.True(_told.Remove($"task {id}"), $"task {id} is removed and was never told");
        foreach (var network in update.Networks)
            _told[$"network {network.Id}"] = network.ToString();
        foreach (var service in update.Services)
            _told[$"service {service.Id}"] = service.ToString();
        foreach (var task in update.Tasks)
            _told[$"task {task.Id}"] = task.ToString();
        foreach (var peer in update.Peers)
        {
            Assert.True(_told.ContainsKey($"network {peer.NetworkId}"), $"peer {peer} of a network that was never told");
            _told[$"peer {peer.NetworkId} {peer.NodeId}"] = peer.ToString();
        }
    }
}

/// <summary>One agent's session as the manager has it, without the wire.</summary>
internal sealed class NetworkSession
{
    private readonly SessionOutbox _outbox;
    private readonly NetworkSender _sender;

    public NetworkSession(NodeId node, NetworkRoutes routes)
    {
        Node = node;
        _outbox = new(node);
        _sender = new NetworkSender(new NetworkLedger(node, new(1, 1)), routes, _outbox);
        Told.Apply(_sender.Complete().Update);
    }

    public NodeId Node { get; }
    public ToldNetworks Told { get; } = new();
    public SessionOutbox Outbox => _outbox;

    /// <summary>What the agent is sent now; null when that is nothing.</summary>
    public NetworkUpdate? Flush()
    {
        var update = _sender.Delta(_outbox.Take().Touched).Update;
        if (update is not null)
            Told.Apply(update);
        return update;
    }

    public void Stop() => _sender.Stop();
}
