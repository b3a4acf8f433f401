using System.Collections.Immutable;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// The tasks of one service by slot, so that a change of one task costs its slot and not the service.
/// </summary>
public readonly struct SlotTasks
{
    private readonly CowMap<SlotKey, ImmutableArray<TaskId>> _slots;

    private SlotTasks(CowMap<SlotKey, ImmutableArray<TaskId>> slots, int tasks) => (_slots, TaskCount) = (slots, tasks);

    public int TaskCount { get; }
    public int SlotCount => _slots.Count;
    public IEnumerable<SlotKey> Slots => _slots.Keys;

    /// <summary>Oldest first; empty for a slot without tasks.</summary>
    public ImmutableArray<TaskId> In(SlotKey slot) => _slots.TryGet(slot, out var ids) ? ids : [];

    public IEnumerable<TaskId> All
    {
        get
        {
            foreach (var ids in _slots.Values)
            {
                foreach (var id in ids)
                    yield return id;
            }
        }
    }

    public SlotTasks With(EditToken token, SlotKey slot, TaskId id) =>
        new(_slots.With(token, slot, In(slot).Add(id)), TaskCount + 1);

    public SlotTasks Without(EditToken token, SlotKey slot, TaskId id)
    {
        var left = In(slot).Remove(id);
        return new(left.IsEmpty ? _slots.Without(token, slot) : _slots.With(token, slot, left), TaskCount - 1);
    }
}
