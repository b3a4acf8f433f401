using Orch.Contracts.Agent;
using Orch.Core.Model;
using Epoch = Orch.Core.Model.Epoch;

namespace Orch.Agent.Tasks;

/// <summary>What the journal says of one task.</summary>
public sealed class JournalTask(TaskAssignment assignment)
{
    public TaskAssignment Assignment { get; set; } = assignment;
    public bool RemovalAsked { get; set; }
    public TaskReport? Result { get; set; }
    public bool Recorded { get; set; }
    public uint Restarts { get; set; }
    public List<long> ChargedAt { get; } = [];
}

/// <summary>The journal folded: what an agent starts from.</summary>
public sealed class JournalState
{
    public string BootId { get; private set; } = "";
    public Epoch Highest { get; private set; }
    public ulong Revision { get; private set; }
    public Dictionary<(string Service, ulong Version), TaskSpecVersion> Specs { get; } = [];
    public Dictionary<TaskId, JournalTask> Tasks { get; } = [];

    /// <summary>Entries about tasks that are not known any more say nothing, so order within a crash does not matter.</summary>
    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case JournalEntry.Booted e: BootId = e.BootId; break;
            case JournalEntry.EpochRaised e: Highest = e.Epoch > Highest ? e.Epoch : Highest; break;
            case JournalEntry.RevisionReached e: Revision = e.Revision; break;
            case JournalEntry.SpecKept e: Specs[(e.Spec.ServiceId, e.Spec.Version)] = e.Spec; break;
            case JournalEntry.SpecDropped e: Specs.Remove((e.ServiceId, e.Version)); break;
            case JournalEntry.Gone e: Tasks.Remove(e.Task); break;
            case JournalEntry.Assigned e: Assign(e); break;
            case JournalEntry.RemovalAsked e: Change(e.Task, task => task.RemovalAsked = true); break;
            case JournalEntry.Ended e: Change(e.Task, task => task.Result = e.Report); break;
            case JournalEntry.Recorded e: Change(e.Task, task => task.Recorded = true); break;
            case JournalEntry.Restarted e: Change(e.Task, task => Charge(task, e)); break;
        }
    }

    /// <summary>The shortest list of entries that folds to this state.</summary>
    public IEnumerable<JournalEntry> Entries()
    {
        yield return new JournalEntry.Booted(BootId);
        yield return new JournalEntry.EpochRaised(Highest);
        yield return new JournalEntry.RevisionReached(Revision);
        foreach (var spec in Specs.Values)
            yield return new JournalEntry.SpecKept(spec);
        foreach (var (id, task) in Tasks)
        {
            yield return new JournalEntry.Assigned(id, task.Assignment);
            if (task.RemovalAsked)
                yield return new JournalEntry.RemovalAsked(id);
            if (task.Result is { } result)
                yield return new JournalEntry.Ended(id, result);
            if (task.Recorded)
                yield return new JournalEntry.Recorded(id);
            foreach (var at in task.ChargedAt)
                yield return new JournalEntry.Restarted(id, task.Restarts, at);
            if (task.Restarts > 0 && task.ChargedAt.Count == 0)
                yield return new JournalEntry.Restarted(id, task.Restarts, 0);
        }
    }

    private void Assign(JournalEntry.Assigned entry)
    {
        if (Tasks.TryGetValue(entry.Task, out var known))
            known.Assignment = entry.Assignment;
        else
            Tasks[entry.Task] = new(entry.Assignment);
    }

    private void Change(TaskId id, Action<JournalTask> change)
    {
        if (Tasks.TryGetValue(id, out var task))
            change(task);
    }

    private static void Charge(JournalTask task, JournalEntry.Restarted entry)
    {
        task.Restarts = entry.Count;
        if (entry.ChargedAt == 0)
            return;
        task.ChargedAt.Add(entry.ChargedAt);
        if (task.ChargedAt.Count > RestartLedger.MostStamps)
            task.ChargedAt.RemoveAt(0);
    }
}
