using Orch.Agent.Dataplanes;
using Orch.Tests.Support;

namespace Orch.Tests.Agent.Dataplane;

public sealed class BrakeTests
{
    private static readonly string[] One = ["or-1"], Two = ["or-2", "or-1"];
    private readonly ManualClock _clock = new();

    [Fact]
    public void What_was_made_right_a_moment_ago_waits_and_what_is_wanted_anew_does_not()
    {
        var brake = new RepairBrake(_clock);
        Assert.Equal(TimeSpan.Zero, brake.Left(One, out _));
        brake.Repaired(One);
        Assert.Equal(RepairBrake.Pause, brake.Left(One, out _));
        Assert.Equal(TimeSpan.Zero, brake.Left(Two, out _));
        _clock.Advance(RepairBrake.Pause);
        Assert.Equal(TimeSpan.Zero, brake.Left(One, out _));
    }

    [Fact]
    public void A_quarrel_is_told_of_once()
    {
        var brake = new RepairBrake(_clock);
        brake.Repaired(One);
        brake.Left(One, out var first);
        brake.Repaired(One);
        brake.Left(One, out var second);
        Assert.Equal((true, false), (first, second));
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
