using System.Runtime.InteropServices;
using Orch.Core.Model;

namespace Orch.Core.Scheduling;

/// <summary>What a task asks of a generic resource: so many of a kind, or one by name (then Amount is 1).</summary>
internal readonly record struct GenericNeed(string Kind, long Amount, string? Name);

/// <summary>
/// The generic resources of one node: what it advertises and what tasks hold. A number can be served from named ones
/// too, so a name is free only while the kind as a whole is not used up.
/// </summary>
internal sealed class GenericPool
{
    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    public void Advertise(NodeDescription about)
    {
        foreach (var kind in _kinds.Values)
            (kind.Capacity, kind.Names) = (0, null);
        foreach (var (name, count) in about.GenericCounts ?? [])
            Of(name).Capacity += count;
        foreach (var (name, names) in about.GenericNames ?? [])
        {
            var kind = Of(name);
            kind.Names = names.ToHashSet(StringComparer.Ordinal);
            kind.Capacity += kind.Names.Count;
        }
    }

    public bool Has(GenericNeed need) =>
        _kinds.TryGetValue(need.Kind, out var kind) && kind.Capacity - kind.Used >= need.Amount
        && (need.Name is null
            || (kind.Names?.Contains(need.Name) == true && kind.UsedNames?.GetValueOrDefault(need.Name) is null or 0));

    public long Free(string kind) => _kinds.TryGetValue(kind, out var found) ? found.Capacity - found.Used : 0;

    /// <summary>Takes (sign 1) or gives back (sign -1).</summary>
    public void Change(GenericNeed need, int sign)
    {
        var kind = Of(need.Kind);
        kind.Used += sign * need.Amount;
        if (need.Name is null)
            return;
        ref var used = ref CollectionsMarshal.GetValueRefOrAddDefault(kind.UsedNames ??= [], need.Name, out _);
        used += sign;
        if (used == 0)
            kind.UsedNames.Remove(need.Name);
    }

    private Kind Of(string name)
    {
        if (!_kinds.TryGetValue(name, out var kind))
            _kinds[name] = kind = new();
        return kind;
    }

    private sealed class Kind
    {
        public long Capacity;
        public long Used;
        public HashSet<string>? Names;
        public Dictionary<string, int>? UsedNames;
    }
}
