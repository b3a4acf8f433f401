using Orch.Contracts.Agent;
using Orch.Core.Model;
using Epoch = Orch.Core.Model.Epoch;

namespace Orch.Agent.Tasks;

/// <summary>One thing an agent must still know after its process, or its machine, died.</summary>
public abstract record JournalEntry
{
    private JournalEntry()
    {
    }

    /// <summary>The boot in which the journal was last at work.</summary>
    public sealed record Booted(string BootId) : JournalEntry;

    public sealed record EpochRaised(Epoch Epoch) : JournalEntry;

    public sealed record RevisionReached(ulong Revision) : JournalEntry;

    public sealed record SpecKept(TaskSpecVersion Spec) : JournalEntry;

    public sealed record SpecDropped(string ServiceId, ulong Version) : JournalEntry;

    /// <summary>Replaces an earlier assignment of the same task.</summary>
    public sealed record Assigned(TaskId Task, TaskAssignment Assignment) : JournalEntry;

    /// <summary>The manager wants it forgotten; its container may still be there.</summary>
    public sealed record RemovalAsked(TaskId Task) : JournalEntry;

    /// <summary>Nothing is left of it.</summary>
    public sealed record Gone(TaskId Task) : JournalEntry;

    /// <summary>How a task ended, to be told until it is recorded.</summary>
    public sealed record Ended(TaskId Task, TaskReport Report) : JournalEntry;

    /// <summary>A manager made the end durable.</summary>
    public sealed record Recorded(TaskId Task) : JournalEntry;

    /// <summary>The agent restarts a container itself; ChargedAt (Unix ns) is 0 when no attempt is spent by it.</summary>
    public sealed record Restarted(TaskId Task, uint Count, long ChargedAt) : JournalEntry;
}
