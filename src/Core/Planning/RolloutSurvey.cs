using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Planning;

/// <summary>Where each slot of one update stands; an index over the state, looked at slot by slot as they change.</summary>
internal sealed class RolloutSurvey
{
    private readonly (ulong Version, Timestamp StartedAt, UpdateState State) _update;
    private readonly DueTimes _due;
    private readonly SortedSet<SlotKey> _outdated = [];
    private readonly SortedSet<SlotKey> _down = [];
    private readonly Dictionary<SlotKey, SlotProgress> _others = [];
    private int _unfinished;

    public RolloutSurvey(Workspace work, Service service, DueTimes due)
    {
        (_update, _due) = (KeyOf(service), due);
        foreach (var slot in work.State.TasksOf(service.Id).Slots.Order().ToList())
            Look(work, service, slot);
    }

    public int OutdatedCount => _down.Count + _outdated.Count;

    /// <summary>Slots that are being replaced, or whose delay after it is not over.</summary>
    public int Busy { get; private set; }
    public bool IsDone => OutdatedCount == 0 && Busy == 0 && _unfinished == 0;

    public bool IsOf(Service service) => service.Update is not null && KeyOf(service) == _update;

    /// <summary>
    /// Slots that still have the old version. Those where nothing runs come first: an update that follows another one
    /// would else take further slots down beside those that the first had taken.
    /// </summary>
    public List<SlotKey> Outdated(int most) => [.. _down.Concat(_outdated).Take(most)];

    public void Look(Workspace work, Service service, SlotKey slot)
    {
        Count(slot, -1);
        var progress = SlotProgress.Of(work, service, slot);
        if (progress.Overdue is { } task)
        {
            UpdateFailures.Overdue(work, service, task, service.ActiveUpdateConfig.Deadline()!.Value);
            if (work.State.Services.Get(service.Id) is not { } now || !IsOf(now))
                return;
            progress = SlotProgress.Of(work, now, slot);
        }
        if (progress.Standing == SlotStanding.Outdated)
            (progress.IsDown ? _down : _outdated).Add(slot);
        else if (progress.Standing != SlotStanding.Settled)
            _others[slot] = progress;
        Count(slot, 1);
        if (progress.LookAgain is { } at)
            _due.Slot(service.Id, slot, at);
    }

    private void Count(SlotKey slot, int sign)
    {
        if (_others.TryGetValue(slot, out var progress))
        {
            Busy += progress.Standing == SlotStanding.Busy ? sign : 0;
            _unfinished += progress.Standing == SlotStanding.Unfinished ? sign : 0;
        }
        if (sign > 0)
            return;
        _others.Remove(slot);
        _outdated.Remove(slot);
        _down.Remove(slot);
    }

    private static (ulong, Timestamp, UpdateState) KeyOf(Service service) =>
        (service.TaskSpec.Version, service.Update!.StartedAt, service.Update.State);
}
