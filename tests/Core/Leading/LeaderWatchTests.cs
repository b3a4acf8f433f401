using Orch.Core.Leading;
using Orch.Core.Model;

namespace Orch.Tests.Core.Leading;

public sealed class LeaderWatchTests
{
    private static readonly Epoch _epoch = new(1, 7);
    private static readonly TimeSpan _jitter = Ms(150);

    [Fact]
    public void It_looks_first_and_believes_nothing_before()
    {
        Assert.Equal(new WatchStep.LookAt(TimeSpan.Zero), Watch().Next());
    }

    [Fact]
    public void A_leader_that_advances_is_only_looked_at()
    {
        var watch = Watch();
        for (var look = 0; look < 100; look++)
        {
            watch.Saw(Ms(100 * look), Ms(100 * look + 5), Led((ulong)look / 3));
            Assert.Equal(new WatchStep.LookAt(Ms(100 * look + 100)), watch.Next());
        }
    }

    [Fact]
    public void Silence_for_the_whole_window_and_the_jitter_is_answered_by_a_campaign()
    {
        var watch = Watch();
        watch.Saw(Ms(0), Ms(5), Led(1));
        watch.Saw(Ms(1300), Ms(1305), Led(1));
        Assert.Equal(new WatchStep.LookAt(Ms(1355)), watch.Next());

        watch.Saw(Ms(1355), Ms(1360), Led(1));

        Assert.Equal(new WatchStep.Campaign(_epoch), watch.Next());
    }

    [Fact]
    public void A_free_leadership_is_taken_at_once_by_the_first_and_a_little_later_by_the_next()
    {
        var (first, third) = (Watch(rank: 0), Watch(rank: 2));
        foreach (var watch in new[] { first, third })
            watch.Saw(Ms(0), Ms(5), new(_epoch, 3, LeaderStanding.Free));

        Assert.Equal(new WatchStep.Campaign(_epoch), WithLook(first, 5).Next());
        Assert.Equal(new WatchStep.LookAt(Ms(65)), third.Next());
        Assert.Equal(new WatchStep.Campaign(_epoch), WithLook(third, 65).Next());

        LeaderWatch WithLook(LeaderWatch watch, int at)
        {
            watch.Saw(Ms(at), Ms(at), new(_epoch, 3, LeaderStanding.Free));
            return watch;
        }
    }

    [Fact]
    public void A_leadership_in_its_own_name_is_taken_back_at_once()
    {
        var watch = Watch();
        watch.Saw(Ms(0), Ms(5), new(_epoch, 3, LeaderStanding.Mine));
        Assert.Equal(new WatchStep.Campaign(_epoch), watch.Next());
    }

    [Fact]
    public void Looks_that_fail_are_no_evidence_however_many()
    {
        var watch = Watch();
        watch.Saw(Ms(0), Ms(5), Led(1));
        for (var look = 1; look < 100; look++)
        {
            watch.Missed(Ms(100 * look));
            Assert.Equal(new WatchStep.LookAt(Ms(100 * look + 100)), watch.Next());
        }

        // The store answers again: a leader that lives has time for two renewals.
        watch.Saw(Ms(10_000), Ms(10_005), Led(1));
        Assert.Equal(new WatchStep.LookAt(Ms(10_100)), watch.Next());
        watch.Saw(Ms(10_755), Ms(10_756), Led(1));
        Assert.Equal(new WatchStep.Campaign(_epoch), watch.Next());
    }

    [Fact]
    public void What_a_look_from_before_a_stall_showed_is_looked_at_again()
    {
        var watch = Watch();
        watch.Saw(Ms(0), Ms(5), Led(1));
        watch.Saw(Ms(100), Ms(9_000), Led(1));
        Assert.Equal(new WatchStep.LookAt(Ms(200)), watch.Next());
    }

    [Fact]
    public void Whoever_was_faster_gets_a_window_of_its_own()
    {
        var watch = Watch();
        watch.Saw(Ms(0), Ms(5), Led(1));
        watch.Saw(Ms(1400), Ms(1400), Led(1));
        Assert.IsType<WatchStep.Campaign>(watch.Next());

        watch.Saw(Ms(1410), Ms(1412), new(_epoch.NextTerm(), 1, LeaderStanding.Other));

        Assert.Equal(new WatchStep.LookAt(Ms(1510)), watch.Next());
    }

    private static LeaderWatch Watch(int rank = 0) => new(LeadTimes.Standard, _jitter, rank);

    private static LeaderSighting Led(ulong renewals) => new(_epoch, renewals, LeaderStanding.Other);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
