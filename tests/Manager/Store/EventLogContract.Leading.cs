using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Tests.Manager.Store;

public abstract partial class EventLogContract
{
    [ContractFact]
    public async Task Of_many_campaigners_exactly_one_wins_every_round()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var seen = Epoch.None;
        for (var round = 0; round < 200; round++)
        {
            var at = seen;
            var results = await Task.WhenAll(new[] { (first, Ada), (second, Bob), (first, Bob), (second, Ada) }
                .Select(who => Task.Run(async () => await who.Item1.CampaignAsync(at, who.Item2))));
            var won = Assert.Single(results.OfType<CampaignResult.Won>());
            Assert.True(won.Epoch > seen);
            Assert.All(results.OfType<CampaignResult.Lost>(), lost => Assert.Equal(won.Epoch, lost.Current.Epoch));
            seen = won.Epoch;
        }
    }

    [ContractFact]
    public async Task A_stale_epoch_is_refused()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var old = await LeadAsync(first);
        await AppendAsync(first, old, 0);
        var current = await LeadAsync(second, Bob);
        Assert.Equal(new AppendResult.Fenced(current), await first.AppendAsync(old, 1, [Event(2)]));
        Assert.Equal(Bob, Assert.IsType<RenewResult.Refused>(await first.RenewAsync(old)).Current.Leader);
        await AppendAsync(second, current, 1);
        AssertRange(await ReadAllAsync(first), 1, 2);
    }

    [ContractFact]
    public async Task Taking_over_in_the_middle_of_appends_loses_and_doubles_nothing()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var old = await LeadAsync(first);
        var acknowledged = 0ul;
        var started = new TaskCompletionSource();
        var writer = Task.Run(async () =>
        {
            while (await first.AppendAsync(old, acknowledged, [Event(acknowledged + 1)]) is AppendResult.Appended done)
            {
                acknowledged = done.Head;
                if (acknowledged == 20)
                    started.SetResult();
            }
        });
        await started.Task;
        var current = await LeadAsync(second, Bob);
        await writer;
        AssertRange(await ReadAllAsync(second), 1, acknowledged);
        await AppendAsync(second, current, acknowledged);
    }

    [ContractFact]
    public async Task An_incarnation_outranks_every_term()
    {
        await using var log = await OpenAsync();
        var term = await LeadAsync(log);
        var won = Assert.IsType<CampaignResult.Won>(await log.CampaignAsync(term, Ada, EpochStep.Incarnation));
        Assert.Equal(term.Incarnation + 1, won.Epoch.Incarnation);
        Assert.True(won.Epoch > new Epoch(term.Incarnation, ulong.MaxValue));
        Assert.IsType<AppendResult.Fenced>(await log.AppendAsync(term, 0, [Event(1)]));
    }

    [ContractFact]
    public async Task Renewals_raise_the_counter_and_nothing_else()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var epoch = await LeadAsync(first);
        var before = await second.ReadLeaderAsync();
        var one = Assert.IsType<RenewResult.Renewed>(await first.RenewAsync(epoch)).Renewals;
        var two = Assert.IsType<RenewResult.Renewed>(await first.RenewAsync(epoch)).Renewals;
        var after = await second.ReadLeaderAsync();
        Assert.True(before.Renewals < one && one < two);
        Assert.Equal(before with { Renewals = two }, after);
    }

    [ContractFact]
    public async Task Renewals_never_fail_an_append_in_flight()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var epoch = await LeadAsync(first);
        var appends = Task.Run(async () =>
        {
            for (ulong head = 0; head < 300; head++)
                await AppendAsync(first, epoch, head);
        });
        var renewals = Task.Run(async () =>
        {
            while (!appends.IsCompleted)
                Assert.IsType<RenewResult.Renewed>(await second.RenewAsync(epoch));
        });
        await Task.WhenAll(appends, renewals);
    }

    [ContractFact]
    public async Task Resigning_frees_the_leadership_and_fences_the_one_who_left()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var old = await LeadAsync(first);
        await AppendAsync(first, old, 0);
        await first.ResignAsync(old);
        Assert.Null((await second.ReadLeaderAsync()).Leader);
        Assert.IsType<AppendResult.Fenced>(await first.AppendAsync(old, 1, [Event(2)]));
        Assert.IsType<RenewResult.Refused>(await first.RenewAsync(old));
        var current = await LeadAsync(second, Bob);
        Assert.True(current > old);
        await first.ResignAsync(old);
        Assert.Equal(Bob, (await second.ReadLeaderAsync()).Leader);
    }

    [ContractFact]
    public async Task Nobody_appends_before_a_first_campaign()
    {
        await using var log = await OpenAsync();
        Assert.Equal(new AppendResult.Fenced(Epoch.None), await log.AppendAsync(Epoch.None, 0, [Event(1)]));
        Assert.IsType<RenewResult.Refused>(await log.RenewAsync(Epoch.None));
    }

    [ContractFact]
    public async Task A_candidate_says_who_it_is_in_bounded_words()
    {
        await using var log = await OpenAsync();
        var nobody = new LeaderInfo("", "10.0.0.1:2378");
        var windy = Ada with { Address = new string('x', LogLimits.MaxLeaderTextBytes + 1) };
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.CampaignAsync(Epoch.None, nobody));
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.CampaignAsync(Epoch.None, windy));
    }
}
