using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Epoch = Orch.Core.Model.Epoch;

namespace Orch.Tests.Agent.Tasks;

public sealed class TaskJournalTests : IDisposable
{
    private static readonly TaskId Task = new(5);
    private readonly string _directory = Directory.CreateTempSubdirectory("orch-journal-").FullName;

    private string FilePath => Path.Combine(_directory, "tasks.journal");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static JournalEntry[] Everything() =>
    [
        new JournalEntry.Booted("boot"),
        new JournalEntry.EpochRaised(new Epoch(2, 7)),
        new JournalEntry.SpecKept(new TaskSpecVersion { ServiceId = "s", Version = 3, ServiceName = "web" }),
        new JournalEntry.SpecKept(new TaskSpecVersion { ServiceId = "s", Version = 2 }),
        new JournalEntry.SpecDropped("s", 2),
        new JournalEntry.Assigned(Task, new TaskAssignment { TaskId = $"{Task}", Slot = 1 }),
        new JournalEntry.Assigned(new(6), new TaskAssignment { TaskId = "6" }),
        new JournalEntry.Gone(new(6)),
        new JournalEntry.Restarted(Task, 1, 11),
        new JournalEntry.Restarted(Task, 2, 0),
        new JournalEntry.RemovalAsked(Task),
        new JournalEntry.Ended(Task, new TaskReport { TaskId = $"{Task}", Error = "why" }),
        new JournalEntry.Recorded(Task),
        new JournalEntry.RevisionReached(99),
    ];

    private (JournalState State, JournalRecovery Recovery) Reopen()
    {
        var (journal, recovery) = TaskJournal.Open(_directory, TimeProvider.System);
        journal.Dispose();
        return (journal.State, recovery);
    }

    private void Write(params JournalEntry[][] appends)
    {
        var (journal, _) = TaskJournal.Open(_directory, TimeProvider.System);
        foreach (var append in appends)
            journal.Append(append);
        journal.Dispose();
    }

    [Fact]
    public void What_was_appended_is_there_after_a_restart_and_another()
    {
        Write(Everything());

        Reopen();
        var (state, recovery) = Reopen();

        Assert.Equal(JournalCondition.Sound, recovery.Condition);
        Assert.Equal(("boot", new Epoch(2, 7), 99UL), (state.BootId, state.Highest, state.Revision));
        Assert.Equal(("s", 3UL), Assert.Single(state.Specs).Key);
        var task = Assert.Single(state.Tasks).Value;
        Assert.True(task.RemovalAsked && task.Recorded);
        Assert.Equal(("why", 2u), (task.Result!.Error, task.Restarts));
        Assert.Equal([11L], task.ChargedAt);
    }

    [Fact]
    public void Cut_anywhere_it_keeps_every_whole_append()
    {
        Write([new JournalEntry.RevisionReached(1)], [new JournalEntry.RevisionReached(2)], Everything());
        var whole = File.ReadAllBytes(FilePath);

        for (var length = 0; length < whole.Length; length++)
        {
            var recovery = JournalRecovery.Of(whole[..length]);
            Assert.NotEqual(JournalCondition.Damaged, recovery.Condition);
            Assert.True(recovery.State.Revision is 0 or 1 or 2, "a part of an append was taken for the whole");
        }
    }

    [Fact]
    public void A_tail_of_zeros_is_a_torn_append()
    {
        Write([new JournalEntry.RevisionReached(4)]);
        var file = File.ReadAllBytes(FilePath);

        var recovery = JournalRecovery.Of([.. file, .. new byte[4096]]);

        Assert.Equal((JournalCondition.TornTail, 4UL), (recovery.Condition, recovery.State.Revision));
    }

    [Fact]
    public void Damage_in_the_middle_keeps_the_highest_epoch_and_no_assignments()
    {
        Write(Everything(), [new JournalEntry.EpochRaised(new Epoch(2, 9))], [new JournalEntry.RevisionReached(100)]);
        var file = File.ReadAllBytes(FilePath);
        file[file.Length / 2] ^= 0x40;
        File.WriteAllBytes(FilePath, file);

        var (state, recovery) = Reopen();

        Assert.Equal(JournalCondition.Damaged, recovery.Condition);
        Assert.Equal(new Epoch(2, 9), state.Highest);
        Assert.Empty(state.Tasks);
        Assert.Single(Directory.GetFiles(_directory, "*.damaged-*"));
    }

    [Fact]
    public void A_flipped_bit_is_never_taken_for_truth()
    {
        Write([new JournalEntry.RevisionReached(1)], [new JournalEntry.RevisionReached(2)]);
        var file = File.ReadAllBytes(FilePath);

        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            var flipped = (byte[])file.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var recovery = JournalRecovery.Of(flipped);
            Assert.NotEqual(JournalCondition.Sound, recovery.Condition);
            Assert.True(recovery.State.Revision <= 2);
        }
    }
}
