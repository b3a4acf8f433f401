using Orch.Agent.Dataplanes;
using Orch.Tests.Support;

namespace Orch.Tests.Agent.Dataplane;

public sealed class BrakeTests
{
    private static readonly string[] One = ["or-1"], Two = ["or-2", "or-1"];
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_few_repairs_in_a_row_are_made_at_once_and_nobody_is_blamed()
    {
        var brake = new RepairBrake(_clock);
        for (var repair = 0; repair <= RepairBrake.Free; repair++)
        {
            Assert.Equal(TimeSpan.Zero, brake.Left(One, out var told));
            Assert.False(told);
            brake.Repaired(One);
        }
        Assert.Equal(RepairBrake.Pause, brake.Left(One, out var first));
        Assert.True(first);
    }

    [Fact]
    public void A_quarrel_is_told_of_once_and_goes_on_with_pauses()
    {
        var brake = Quarrel();
        Assert.Equal(RepairBrake.Pause, brake.Left(One, out var first));
        for (var round = 0; round < 3 * RepairBrake.Free; round++)
        {
            _clock.Advance(RepairBrake.Pause);
            Assert.Equal(TimeSpan.Zero, brake.Left(One, out _));
            brake.Repaired(One);
            Assert.Equal(RepairBrake.Pause, brake.Left(One, out var again));
            Assert.False(again);
        }
        Assert.True(first);
    }

    [Fact]
    public void What_is_wanted_anew_does_not_wait_for_a_quarrel()
    {
        var brake = Quarrel();
        Assert.Equal(TimeSpan.Zero, brake.Left(Two, out _));
        brake.Repaired(Two);
        Assert.Equal(RepairBrake.Pause, brake.Left(Two, out _));
    }

    [Fact]
    public void After_peace_a_new_quarrel_is_told_of_again()
    {
        var brake = Quarrel();
        brake.Left(One, out _);
        _clock.Advance(RepairBrake.Pause * RepairBrake.Free);
        for (var repair = 0; repair < RepairBrake.Free; repair++)
            brake.Repaired(One);
        brake.Left(One, out var first);
        Assert.True(first);
    }

    private RepairBrake Quarrel()
    {
        var brake = new RepairBrake(_clock);
        for (var repair = 0; repair <= RepairBrake.Free; repair++)
            brake.Repaired(One);
        return brake;
    }

    [Fact]
    public async Task The_first_part_that_fails_ends_the_others_and_its_failure_is_told()
    {
        var other = new TaskCompletionSource();
        var together = Together.RunAsync(
            CancellationToken.None,
            _ => Task.FromException(new InvalidOperationException("broken")),
            async ending =>
            {
                await using var noticed = ending.Register(other.SetResult);
                await other.Task;
            });
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => together.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("broken", failure.Message);
        Assert.True(other.Task.IsCompleted);
    }
}
