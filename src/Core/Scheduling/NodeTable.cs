using Orch.Core.Model;
using Orch.Core.Networking;

namespace Orch.Core.Scheduling;

/// <summary>
/// The nodes as the scheduler sees them, by small number (a node keeps its number while it exists or anything is held
/// on it; numbers are reused). What every placement reads lies in arrays side by side.
/// </summary>
internal sealed class NodeTable
{
    private readonly Dictionary<NodeId, int> _numbers = [];
    private readonly SortedSet<int> _unused = [];
    private NodeRow[] _rows = [];
    private int _end;

    /// <summary>Reserved room that is left; below zero when more is held than the node now has.</summary>
    public long[] FreeCpu = [];
    public long[] FreeMemory = [];

    /// <summary>Live tasks, whatever their service.</summary>
    public int[] Tasks = [];

    public NodeBits Known { get; } = new();
    public NodeBits Available { get; } = new();
    public AttributeIndex Attributes { get; } = new();
    public LoadLevels Levels { get; } = new();

    public NodeRow this[int node] => _rows[node];
    public int Find(NodeId id) => _numbers.TryGetValue(id, out var node) ? node : -1;

    /// <summary>The number of a node that may not be known yet: tasks on it may be told of first.</summary>
    public int FindOrAdd(NodeId id)
    {
        if (_numbers.TryGetValue(id, out var node))
            return node;
        node = _unused.Count > 0 ? _unused.Min : _end++;
        _unused.Remove(node);
        if (node >= _rows.Length)
            Grow();
        _numbers[id] = node;
        _rows[node] = new(id);
        return node;
    }

    /// <summary>True when the node may now take a task that it could not take before.</summary>
    public bool Set(Node node)
    {
        var number = FindOrAdd(node.Id);
        var row = _rows[number];
        var old = row.Node;
        row.Node = node;
        Known.Add(number);
        var opened = SetAvailable(number, node.TakesNewTasks);
        if (old is not null && ReferenceEquals(old.Description, node.Description)
            && ReferenceEquals(old.Spec, node.Spec) && old.Address == node.Address)
            return opened;
        FreeCpu[number] += node.Description.NanoCpus - (old?.Description.NanoCpus ?? 0);
        FreeMemory[number] += node.Description.MemoryBytes - (old?.Description.MemoryBytes ?? 0);
        row.Address = IpAddr.TryParse(node.Address, out var address) ? address : null;
        row.AdvertiseGeneric(node.Description);
        SetAttributes(number, NodeAttribute.Of(node));
        return true;
    }

    public void Remove(NodeId id)
    {
        var number = Find(id);
        if (number < 0 || _rows[number].Node is not { } node)
            return;
        FreeCpu[number] -= node.Description.NanoCpus;
        FreeMemory[number] -= node.Description.MemoryBytes;
        _rows[number].AdvertiseGeneric(NodeDescription.Empty);
        SetAttributes(number, []);
        SetAvailable(number, false);
        Known.Remove(number);
        _rows[number].Node = null;
        Forget(number);
    }

    /// <summary>Takes the room of one task (sign 1) or gives it back (sign -1).</summary>
    public void Reserve(int node, Requirement need, int sign)
    {
        FreeCpu[node] -= sign * need.Cpu;
        FreeMemory[node] -= sign * need.Memory;
        var row = _rows[node];
        row.Reserve(need, sign);
        if (row.Held == 0)
            Forget(node);
    }

    /// <summary>Counts a live task in (change 1) or out (change -1).</summary>
    public void CountTask(int node, int change)
    {
        if (!Available.Contains(node))
        {
            Tasks[node] += change;
            return;
        }
        Levels.Remove(node, Tasks[node]);
        Tasks[node] += change;
        Levels.Add(node, Tasks[node]);
    }

    private bool SetAvailable(int node, bool available)
    {
        if (Available.Contains(node) == available)
            return false;
        if (available)
        {
            Available.Add(node);
            Levels.Add(node, Tasks[node]);
        }
        else
        {
            Available.Remove(node);
            Levels.Remove(node, Tasks[node]);
        }
        return available;
    }

    private void SetAttributes(int node, List<NodeAttribute> attributes)
    {
        var row = _rows[node];
        if (row.Attributes.SequenceEqual(attributes))
            return;
        foreach (var attribute in row.Attributes)
            Attributes.Remove(attribute, node);
        foreach (var attribute in attributes)
            Attributes.Add(attribute, node);
        row.Attributes = attributes;
    }

    private void Forget(int node)
    {
        var row = _rows[node];
        if (row.Node is not null || row.Held > 0)
            return;
        (FreeCpu[node], FreeMemory[node], Tasks[node]) = (0, 0, 0);
        _numbers.Remove(row.Id);
        _unused.Add(node);
    }

    private void Grow()
    {
        var size = Math.Max(16, _rows.Length * 2);
        Array.Resize(ref _rows, size);
        Array.Resize(ref FreeCpu, size);
        Array.Resize(ref FreeMemory, size);
        Array.Resize(ref Tasks, size);
    }
}
