using System.ComponentModel;
using Orch.Agent.Dataplanes;
using Orch.Agent.Netlink;

namespace Orch.Tests.Agent.Dataplane;

/// <summary>What is there twice, or changes while it is read, ends nobody.</summary>
public sealed class TwiceTests
{
    [Fact]
    public void A_chain_that_two_services_say_is_there_once()
    {
        ServiceRules[] two = [new([new("s_a", "drop")], []), new([new("s_a", "accept")], [])];
        Assert.Single(TableText.Change([], two, "0").Split('\n'), line => line == "add chain ip orch s_a");
        Assert.Single(TableText.Whole(two, "0").Split('\n'), line => line == "  chain s_a {");
        Assert.Single(TableText.Change(two, [], "0").Split('\n'), line => line == "delete chain ip orch s_a");
    }

    [Fact]
    public void A_link_that_is_listed_twice_is_the_last_one() =>
        Assert.Equal(2, LinkKeeper.Indexes([new() { Index = 1, Name = "a" }, new() { Index = 2, Name = "a" }])["a"]);

    [Fact]
    public void A_list_that_keeps_changing_is_a_failure_after_a_few_tries()
    {
        var (lists, agains) = (0, 0);
        bool List() => ++lists == int.MaxValue;
        var failure = Assert.Throws<Win32Exception>(() => NetlinkSocket.Repeat(List, () => agains++));
        Assert.Equal(Libc.Interrupted, failure.NativeErrorCode);
        Assert.Equal((4, 3), (lists, agains));

        NetlinkSocket.Repeat(() => ++lists == 6, () => agains++);
        Assert.Equal((6, 4), (lists, agains));
    }
}
