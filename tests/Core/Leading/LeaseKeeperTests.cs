using Orch.Core.Leading;

namespace Orch.Tests.Core.Leading;

public sealed class LeaseKeeperTests
{
    [Fact]
    public void A_leader_renews_at_an_even_pace_and_goes_on_while_it_succeeds()
    {
        var keeper = new LeaseKeeper(LeadTimes.Standard, Ms(0));
        Assert.Equal(new LeaseStep(false, Ms(250)), keeper.Next(Ms(10)));
        for (var at = 250; at < 10_000; at += 250)
        {
            Assert.Equal(new LeaseStep(true, Ms(at + 250)), keeper.Next(Ms(at)));
            keeper.Renewed(Ms(at));
        }
    }

    [Fact]
    public void It_fences_itself_a_second_after_the_start_of_the_last_renewal_that_succeeded()
    {
        var keeper = new LeaseKeeper(LeadTimes.Standard, Ms(0));
        keeper.Renewed(Ms(250));
        for (var at = 500; at < 1250; at += 250)
            Assert.True(keeper.Next(Ms(at)).Renew);
        Assert.True(keeper.Holds(Ms(1249)));
        Assert.False(keeper.Holds(Ms(1250)));
        Assert.Equal(LeaseStep.Over, keeper.Next(Ms(1250)));
    }

    [Fact]
    public void A_renewal_that_hangs_keeps_no_other_from_saving_the_leadership()
    {
        var keeper = new LeaseKeeper(LeadTimes.Standard, Ms(0));
        Assert.True(keeper.Next(Ms(250)).Renew);   // hangs
        Assert.True(keeper.Next(Ms(500)).Renew);
        keeper.Renewed(Ms(500));
        Assert.Equal(Ms(1500), keeper.Fence);
        keeper.Renewed(Ms(250));                   // late: it says nothing new
        Assert.Equal(Ms(1500), keeper.Fence);
    }

    [Fact]
    public void A_process_that_stood_still_finds_its_leadership_over()
    {
        var keeper = new LeaseKeeper(LeadTimes.Standard, Ms(0));
        Assert.Equal(LeaseStep.Over, keeper.Next(Ms(1_700)));
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
