using Orch.Agent.Tasks;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Agent.Tasks;

public sealed class ExitPolicyTests
{
    private static readonly AgentTime Now = new(TimeSpan.FromHours(1), 1_000_000_000_000_000_000);

    [Theory]
    [InlineData(ExitCause.Own, false, true, "any", false)]
    [InlineData(ExitCause.Own, false, false, "any", true)]
    [InlineData(ExitCause.Own, true, false, "any", true)]
    [InlineData(ExitCause.Own, true, false, "on-failure", false)]
    [InlineData(ExitCause.Own, false, false, "on-failure", true)]
    [InlineData(ExitCause.Own, false, false, "none", false)]
    [InlineData(ExitCause.EngineStopped, false, true, "none", true)]
    [InlineData(ExitCause.EngineStopped, true, true, "any", true)]
    [InlineData(ExitCause.EngineAway, false, true, "none", true)]
    [InlineData(ExitCause.EngineAway, true, true, "on-failure", false)]
    [InlineData(ExitCause.EngineAway, true, true, "any", true)]
    [InlineData(ExitCause.AgentAway, false, false, "any", true)]
    [InlineData(ExitCause.AgentAway, false, false, "none", false)]
    [InlineData(ExitCause.Reboot, false, false, "none", true)]
    [InlineData(ExitCause.Reboot, true, false, "none", false)]
    [InlineData(ExitCause.Reboot, true, false, "any", true)]
    public void Who_is_started_again(ExitCause cause, bool succeeded, bool manager, string condition, bool again)
    {
        var verdict = ExitPolicy.Decide(cause, succeeded, manager, new() { Condition = condition }, new(), Now);

        Assert.Equal(again, verdict.Again);
    }

    [Fact]
    public void Only_a_container_s_own_failure_is_charged()
    {
        Assert.True(ExitPolicy.Decide(ExitCause.Own, false, false, null, new(), Now).Charged);
        Assert.False(ExitPolicy.Decide(ExitCause.EngineAway, false, false, null, new(), Now).Charged);
        Assert.False(ExitPolicy.Decide(ExitCause.Reboot, false, false, null, new(), Now).Charged);
    }

    [Fact]
    public void Without_a_given_delay_it_doubles_up_to_thirty_seconds()
    {
        var ledger = new RestartLedger();
        var seconds = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            seconds.Add(ledger.Delay(null, Now).TotalSeconds);
            ledger.Restarted(charged: true, Now);
        }

        Assert.Equal([0, 1, 2, 4, 8, 16, 30, 30], seconds);
    }

    [Fact]
    public void A_minute_of_running_forgives()
    {
        var ledger = new RestartLedger();
        ledger.Restarted(charged: true, Now);
        ledger.Started(Now);

        Assert.Equal(TimeSpan.FromSeconds(1), ledger.Delay(null, Now with { Uptime = Now.Uptime + TimeSpan.FromSeconds(59) }));
        Assert.Equal(TimeSpan.Zero, ledger.Delay(null, Now with { Uptime = Now.Uptime + TimeSpan.FromSeconds(60) }));
    }

    [Fact]
    public void A_given_delay_is_honoured_exactly()
    {
        var policy = new RestartPolicy { Delay = 7_000_000_000 };

        Assert.Equal(TimeSpan.FromSeconds(7), new RestartLedger().Delay(policy, Now));
    }

    [Fact]
    public void Attempts_are_counted_within_the_window()
    {
        var ledger = new RestartLedger();
        ledger.Restarted(charged: true, Now);
        ledger.Restarted(charged: true, Now);
        var late = Now with { UnixNanos = Now.UnixNanos + 11_000_000_000 };

        Assert.False(ledger.MayRestart(new() { MaxAttempts = 2 }, late));
        Assert.True(ledger.MayRestart(new() { MaxAttempts = 3 }, late));
        Assert.True(ledger.MayRestart(new() { MaxAttempts = 2, Window = 10_000_000_000 }, late));
    }
}
