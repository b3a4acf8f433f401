namespace Orch.Core.Model;

/// <summary>
/// The place in a service that a task fills and its replacement inherits: a number from 1 for replicated services, the
/// node for global ones. One live task per slot is the invariant that planners keep.
/// </summary>
public readonly record struct SlotKey(ulong Number, NodeId Node) : IComparable<SlotKey>
{
    public static SlotKey Of(ulong number) => new(number, default);
    public static SlotKey Of(NodeId node) => new(0, node);
    public bool IsGlobal => Number == 0;
    public int CompareTo(SlotKey other) =>
        Number != other.Number ? Number.CompareTo(other.Number) : Node.CompareTo(other.Node);
    public override int GetHashCode() => StableHash.Mix(Number * 0x9E3779B97F4A7C15UL) ^ Node.GetHashCode();
    public override string ToString() => IsGlobal ? Node.ToString() : $"{Number}";
}
