namespace Orch.Core.Scheduling;

/// <summary>
/// Which nodes have which value of which attribute. A constraint becomes one look-up of a set instead of a question to
/// every node, and a changed node costs as much as it has attributes. Values match whatever their case.
/// </summary>
internal sealed class AttributeIndex
{
    private readonly Dictionary<string, Dictionary<string, NodeBits>> _byKey = new(StringComparer.Ordinal);

    /// <summary>The nodes with this value; do not change the set.</summary>
    public NodeBits Find(string key, string value) =>
        _byKey.TryGetValue(key, out var values) && values.TryGetValue(value, out var nodes) ? nodes : NodeBits.Empty;

    /// <summary>All values of a key, in no order that a choice may depend on.</summary>
    public IReadOnlyCollection<NodeBits> Groups(string key) =>
        _byKey.TryGetValue(key, out var values) ? values.Values : [];

    public void Add(NodeAttribute attribute, int node)
    {
        if (!_byKey.TryGetValue(attribute.Key, out var values))
            _byKey[attribute.Key] = values = new(StringComparer.OrdinalIgnoreCase);
        if (!values.TryGetValue(attribute.Value, out var nodes))
            values[attribute.Value] = nodes = new();
        nodes.Add(node);
    }

    public void Remove(NodeAttribute attribute, int node)
    {
        if (!_byKey.TryGetValue(attribute.Key, out var values)
            || !values.TryGetValue(attribute.Value, out var nodes))
            return;
        nodes.Remove(node);
        if (nodes.IsEmpty)
            values.Remove(attribute.Value);
        if (values.Count == 0)
            _byKey.Remove(attribute.Key);
    }
}
