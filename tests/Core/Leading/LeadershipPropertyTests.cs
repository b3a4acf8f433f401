using FsCheck;
using FsCheck.Fluent;
using Orch.Core.Leading;
using Orch.Core.Model;

namespace Orch.Tests.Core.Leading;

/// <summary>
/// A leader and a standby over one store that answers after random times, or not at all: the standby never campaigns
/// against a leader that still may lead, and always campaigns against one that is gone.
/// </summary>
public sealed class LeadershipPropertyTests
{
    private static readonly LeadTimes _times = LeadTimes.Standard;

    /// <summary>A life of a leader; deaths are counted in passes of 10 ms.</summary>
    private sealed record Play(int Seed, int LeaderDiesAt, int JitterMs);

    [Fact]
    public void No_campaign_before_the_leader_has_fenced_itself_and_one_soon_after_it_died()
    {
        var plays = from seed in Gen.Choose(0, int.MaxValue - 1)
                    from death in Gen.Choose(0, 800)
                    from jitter in Gen.Choose(0, 200)
                    select new Play(seed, death, jitter);
        Prop.ForAll(plays.ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    private static void Holds(Play play)
    {
        var random = new Random(play.Seed);
        var world = new World(random, leaderTrouble: random.Next(2) == 0, standbyTrouble: random.Next(3) == 0);
        var keeper = new LeaseKeeper(_times, TimeSpan.Zero);
        var watch = new LeaderWatch(_times, TimeSpan.FromMilliseconds(play.JitterMs), rank: 0);
        TimeSpan? campaigned = null;
        for (var at = TimeSpan.Zero; at < TimeSpan.FromSeconds(20) && campaigned is null; at += TimeSpan.FromMilliseconds(10))
        {
            var alive = at < TimeSpan.FromMilliseconds(10 * play.LeaderDiesAt);
            world.Answer(at, keeper, watch);
            if (alive && keeper.Next(at).Renew)
                world.BeginRenewal(at);
            if (watch.Next() is WatchStep.Campaign)
                campaigned = at;
            else if (watch.Next() is WatchStep.LookAt look && look.When <= at && !world.Looking)
                world.BeginLook(at);
            if (campaigned is not null && alive)
                Assert.False(keeper.Holds(at), $"{play}: campaigned at {at} while the leader holds until {keeper.Fence}");
        }
        Assert.True(campaigned is not null, $"{play}: nobody ever took over");
    }

    /// <summary>Calls under way; each takes up to 100 ms, and where there is trouble some are never answered.</summary>
    private sealed class World(Random random, bool leaderTrouble, bool standbyTrouble)
    {
        private readonly List<(TimeSpan Began, TimeSpan Stored, TimeSpan Ends, bool Lost)> _renewals = [];
        private (TimeSpan Began, TimeSpan Read, TimeSpan Ends, bool Lost)? _look;
        private readonly List<TimeSpan> _stored = [];

        public bool Looking => _look is not null;

        public void BeginRenewal(TimeSpan at)
        {
            var stored = at + Some();
            var lost = leaderTrouble && random.Next(3) == 0;
            _renewals.Add((at, stored, stored + Some(), lost));
            if (!lost || random.Next(2) == 0)
                _stored.Add(stored);
        }

        public void BeginLook(TimeSpan at)
        {
            var read = at + Some();
            var lost = standbyTrouble && random.Next(4) == 0 && at < TimeSpan.FromSeconds(10);
            _look = (at, read, lost ? at + TimeSpan.FromMilliseconds(900) : read + Some(), lost);
        }

        public void Answer(TimeSpan now, LeaseKeeper keeper, LeaderWatch watch)
        {
            foreach (var renewal in _renewals.Where(renewal => renewal.Ends <= now && !renewal.Lost).ToList())
            {
                keeper.Renewed(renewal.Began);
                _renewals.Remove(renewal);
            }
            if (_look is not { } look || look.Ends > now)
                return;
            _look = null;
            if (look.Lost)
                watch.Missed(look.Began);
            else
                watch.Saw(look.Began, now, new LeaderSighting(
                    new Epoch(1, 1), (ulong)_stored.Count(at => at <= look.Read), LeaderStanding.Other));
        }

        private TimeSpan Some() => TimeSpan.FromMilliseconds(random.Next(0, 50));
    }
}
