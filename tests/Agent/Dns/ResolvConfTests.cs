using Orch.Agent.Dns;

namespace Orch.Tests.Agent.Dns;

public sealed class ResolvConfTests
{
    [Fact]
    public void The_first_three_servers_count_and_nothing_else() =>
        Assert.Equal(
            ["127.0.0.53", "fe80::1%1", "10.0.0.1"],
            ResolvConf.Parse("""
                # nameserver 1.1.1.1
                search example.org
                nameserver 127.0.0.53
                nameserver	fe80::1%1  # note
                nameserver nonsense
                nameserver
                nameserver 127.0.0.53
                nameserver 10.0.0.1
                nameserver 10.0.0.2
                options edns0
                """).Select(address => address.ToString()));

    [Fact]
    public void No_text_is_no_server() => Assert.Empty(ResolvConf.Parse(""));
}
