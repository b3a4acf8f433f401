using Orch.Agent.Dataplanes;

namespace Orch.Tests.Agent.Dataplane;

public sealed class ForwardPlanTests
{
    private const string In = "-i or-1 -m conntrack --ctstate DNAT -j ACCEPT";
    private const string Out = "-o or-1 -m conntrack --ctstate DNAT -j ACCEPT";

    [Fact]
    public void Without_an_engine_there_is_nothing_to_do() => Assert.Null(ForwardPlan.Plan(":FORWARD ACCEPT [0:0]\nCOMMIT\n", ["or-1"]));

    [Fact]
    public void Both_ways_are_accepted_before_the_engine_drops() =>
        Assert.Equal(
            $"*filter\n-I DOCKER-USER 1 {In}\n-I DOCKER-USER 1 {Out}\nCOMMIT\n",
            ForwardPlan.Plan(Saved("-A FORWARD -j DOCKER-USER", "-A DOCKER-USER -j RETURN"), ["or-1"]));

    [Fact]
    public void What_is_right_is_left_alone_and_so_are_rules_of_others() =>
        Assert.Null(ForwardPlan.Plan(
            Saved("-A FORWARD -j DOCKER-USER", "-A DOCKER-USER -s 1.2.3.4/32 -j DROP", $"-A DOCKER-USER {In}", $"-A DOCKER-USER {Out}"), ["or-1"]));

    [Theory]
    [InlineData("-A FORWARD -j DOCKER-ISOLATION-STAGE-1", "-A FORWARD -j DOCKER-USER", "-D FORWARD -j DOCKER-USER\n")]
    [InlineData("-A FORWARD -j DOCKER-ISOLATION-STAGE-1", "-A FORWARD -j ACCEPT", "")]
    [InlineData("-A FORWARD -j DOCKER-USER", "-A FORWARD -j DOCKER-USER", "-D FORWARD -j DOCKER-USER\n-D FORWARD -j DOCKER-USER\n")]
    public void The_users_chain_comes_first_again_after_an_engine_that_came_back_to_running_containers(string first, string second, string removal) =>
        Assert.Equal(
            $"*filter\n{removal}-I FORWARD 1 -j DOCKER-USER\nCOMMIT\n",
            ForwardPlan.Plan(Saved(first, second, $"-A DOCKER-USER {In}", $"-A DOCKER-USER {Out}"), ["or-1"]));

    [Fact]
    public void Rules_behind_a_return_are_moved_and_those_of_gone_networks_removed() =>
        Assert.Equal(
            $"*filter\n-D DOCKER-USER {Out.Replace("or-1", "or-2")}\n-D DOCKER-USER {In}\n-I DOCKER-USER 1 {In}\nCOMMIT\n",
            ForwardPlan.Plan(
                Saved("-A FORWARD -j DOCKER-USER", $"-A DOCKER-USER {Out}", $"-A DOCKER-USER {Out.Replace("or-1", "or-2")}",
                    "-A DOCKER-USER -j RETURN", $"-A DOCKER-USER {In}"), ["or-1"]));

    private static string Saved(params string[] rules) =>
        $"*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n{string.Join('\n', rules)}\nCOMMIT\n";
}
