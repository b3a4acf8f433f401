using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// What folding touched: planners look again at exactly these, and watchers are told of exactly these. Sets keep
/// insertion order of first touch, so that one history gives one order of work.
/// </summary>
public sealed class Changes
{
    private readonly HashSet<ServiceId> _services = [];
    private readonly HashSet<NodeId> _nodes = [];
    private readonly HashSet<TaskId> _tasks = [];
    private readonly HashSet<FileId> _files = [];
    private readonly HashSet<NetworkId> _networks = [];
    private readonly List<(NodeId Node, NetworkId Network)> _nodeNetworks = [];
    private readonly HashSet<NetworkId> _freed = [];
    private readonly List<TaskRecord> _removed = [];
    private readonly List<Service> _removedServices = [];

    public IReadOnlyCollection<ServiceId> Services => _services;
    public IReadOnlyCollection<NodeId> Nodes => _nodes;
    public IReadOnlyCollection<TaskId> Tasks => _tasks;
    public IReadOnlyCollection<FileId> Files => _files;
    public IReadOnlyCollection<NetworkId> Networks => _networks;

    /// <summary>Nodes whose own address in a network came or went; these networks are among <see cref="Networks"/>.</summary>
    public IReadOnlyCollection<(NodeId Node, NetworkId Network)> NodeNetworks => _nodeNetworks;

    /// <summary>Networks in which somebody gave an address back. That alone does not change them.</summary>
    public IReadOnlyCollection<NetworkId> FreedNetworks => _freed;

    /// <summary>The last records of tasks that are gone: who ran them, and for whom.</summary>
    public IReadOnlyCollection<TaskRecord> RemovedTasks => _removed;

    /// <summary>Services that are gone, by id, with their last record.</summary>
    public IReadOnlyCollection<Service> RemovedServices => _removedServices;
    public bool ClusterItself { get; set; }

    /// <summary>An API token was removed: what is open in its name must end.</summary>
    public bool ApiTokenRemoved { get; set; }
    public bool IsEmpty => _services.Count + _nodes.Count + _tasks.Count + _files.Count + _networks.Count == 0
        && !ClusterItself && !ApiTokenRemoved;

    public void Touch(ServiceId id) => _services.Add(id);
    public void Touch(NodeId id) => _nodes.Add(id);
    public void Touch(TaskId id) => _tasks.Add(id);
    public void Touch(FileId id) => _files.Add(id);
    public void Touch(NetworkId id) => _networks.Add(id);

    /// <summary>The node's address in the network came or went. The record of the node is the same.</summary>
    public void Touch(NodeId node, NetworkId network)
    {
        _networks.Add(network);
        _nodeNetworks.Add((node, network));
    }

    public void Freed(NetworkId id) => _freed.Add(id);

    public void Removed(TaskRecord task)
    {
        _tasks.Add(task.Id);
        _removed.Add(task);
    }

    public void Removed(Service service)
    {
        _services.Add(service.Id);
        _removedServices.Add(service);
    }

    public void AddAll(Changes other)
    {
        foreach (var id in other._services)
            _services.Add(id);
        foreach (var id in other._nodes)
            _nodes.Add(id);
        foreach (var id in other._tasks)
            _tasks.Add(id);
        foreach (var id in other._files)
            _files.Add(id);
        foreach (var id in other._networks)
            _networks.Add(id);
        _nodeNetworks.AddRange(other._nodeNetworks);
        foreach (var id in other._freed)
            _freed.Add(id);
        _removed.AddRange(other._removed);
        _removedServices.AddRange(other._removedServices);
        ClusterItself |= other.ClusterItself;
        ApiTokenRemoved |= other.ApiTokenRemoved;
    }

    internal void Clear()
    {
        _services.Clear();
        _nodes.Clear();
        _tasks.Clear();
        _files.Clear();
        _networks.Clear();
        _nodeNetworks.Clear();
        _freed.Clear();
        _removed.Clear();
        _removedServices.Clear();
        ClusterItself = false;
        ApiTokenRemoved = false;
    }
}
