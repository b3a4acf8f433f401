using Orch.Cli.Doctor.Firewall;

namespace Orch.Tests.Cli.Doctor;

/// <summary>What becomes of a packet, by rules as iptables-save and nft print them.</summary>
public sealed class FirewallTests
{
    private static readonly Packet _overlay = new("udp", 4789, "eth0");

    private static Passage Iptables(string rules, Packet? packet = null) =>
        new RuleWalk(IptablesRules.Parse(rules), packet ?? _overlay).From("INPUT");

    [Theory]
    [InlineData(":INPUT ACCEPT [0:0]", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -p udp -m udp --dport 4789 -j ACCEPT", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -p udp -m udp --dport 4790 -j ACCEPT", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 4789 -j ACCEPT", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -p udp -m multiport --dports 53,4000:5000 -j ACCEPT", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/24 -p udp -m udp --dport 4789 -j ACCEPT", Passage.Unclear)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -m state --state NEW -j ACCEPT", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -i eth+ -j ACCEPT", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT ! -i eth0 -j ACCEPT", Passage.Dropped)]
    [InlineData(":INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 4789 -j DROP", Passage.Dropped)]
    [InlineData(":INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.1 -j DROP", Passage.Passes)]
    [InlineData(":INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with icmp-host-prohibited", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n:ours - [0:0]\n-A INPUT -j ours\n-A ours -p udp -m udp --dport 4789 -m comment --comment \"our -j DROP\" -j ACCEPT", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]\n:ours - [0:0]\n-A INPUT -j ours\n-A INPUT -j ACCEPT\n-A ours -j RETURN", Passage.Passes)]
    [InlineData(":INPUT DROP [0:0]\n:ours - [0:0]\n-A INPUT -g ours\n-A INPUT -j ACCEPT\n-A ours -p tcp -j ACCEPT", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n:a - [0:0]\n-A INPUT -j a\n-A a -j a", Passage.Dropped)]
    [InlineData(":INPUT DROP [0:0]\n-A INPUT -m limit --limit 5/sec -j LOG --log-prefix \"x \"\n-A INPUT -p udp -j ACCEPT", Passage.Passes)]
    public void Iptables_rules_are_followed(string rules, object passage) => Assert.Equal((Passage)passage, Iptables(rules));

    [Theory]
    [InlineData("NEW", Passage.Dropped)]
    [InlineData("NEW,UNTRACKED", Passage.Passes)]
    public void A_rule_for_new_connections_alone_does_not_let_untracked_packets_in(string states, object passage) => Assert.Equal(
        (Passage)passage,
        Iptables($":INPUT DROP [0:0]\n-A INPUT -p udp -m udp --dport 4789 -m conntrack --ctstate {states} -j ACCEPT", _overlay with { State = "untracked" }));

    [Fact]
    public void A_chain_that_is_not_there_lets_everything_in() => Assert.Equal(Passage.Passes, Iptables(""));

    private static string Nft(string policy, string rules) => $$$"""
        {"nftables":[{"metainfo":{"version":"1.0.6"}},
          {"table":{"family":"inet","name":"filter"}},
          {"chain":{"family":"inet","table":"filter","name":"input","type":"filter","hook":"input","prio":0,"policy":"{{{policy}}}"}},
          {"chain":{"family":"inet","table":"filter","name":"more"}},
          {"chain":{"family":"ip","table":"orch","name":"input","type":"filter","hook":"input","prio":-10,"policy":"drop"}}
          {{{rules}}}]}
        """;

    private static string Rule(string expressions, string chain = "input") =>
        $$$""",{"rule":{"family":"inet","table":"filter","chain":"{{{chain}}}","expr":[{{{expressions}}}]}}""";

    private const string Udp4789 = """{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":4789}}""";

    private static Passage OfNft(string json)
    {
        var (chains, inputs) = NftRules.Parse(json);
        return new RuleWalk(chains, _overlay).From(Assert.Single(inputs));
    }

    [Fact]
    public void Rules_of_nft_are_followed_without_orch_s_own_table()
    {
        Assert.Equal(Passage.Passes, OfNft(Nft("accept", "")));
        Assert.Equal(Passage.Dropped, OfNft(Nft("drop", "")));
        Assert.Equal(Passage.Passes, OfNft(Nft("drop", Rule(Udp4789 + """,{"accept":null}"""))));
    }

    [Theory]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":{"set":[53,4789]}}},{"accept":null}""", Passage.Passes)]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":{"range":[4000,5000]}}},{"accept":null}""", Passage.Passes)]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":"@open"}},{"accept":null}""", Passage.Unclear)]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":4789}},{"accept":null}""", Passage.Dropped)]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"10.0.0.1"}},{"accept":null}""", Passage.Unclear)]
    [InlineData("""{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},{"accept":null}""", Passage.Dropped)]
    [InlineData("""{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"lo"}},{"accept":null}""", Passage.Dropped)]
    [InlineData("""{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":{"set":["tcp","udp"]}}},{"accept":null}""", Passage.Passes)]
    [InlineData("""{"counter":{"packets":1,"bytes":2}},{"jump":{"target":"more"}}""", Passage.Passes)]
    public void Rules_of_nft_match_as_nft_says(string expressions, object passage) => Assert.Equal(
        (Passage)passage, OfNft(Nft("drop", Rule(expressions) + Rule("""{"accept":null}""", "more"))));

    [Fact]
    public void What_is_no_ruleset_has_no_rules() => Assert.Empty(NftRules.Parse("nft: command failed").Inputs);
}
