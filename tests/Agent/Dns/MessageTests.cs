using Orch.Agent.Dns;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

/// <summary>Sizes, EDNS, and what is said to messages that are no proper question.</summary>
public sealed class MessageTests
{
    private const string Client = "10.0.0.11";

    private static DnsWorld World(int tasks = 1) => new DnsWorld()
        .With(Network("front", "10.0.0.0/16", "10.0.255.2"), Service("s1", "web", "", ["front -"], "http/tcp/80"))
        .With([.. Enumerable.Range(11, tasks).Select(n => Task($"t{n}", "s1", (ulong)n, true, $"front 10.0.{n / 256}.{n % 256}"))]);

    [Theory]
    [InlineData(null, 30, 30, false)]
    [InlineData(null, 31, 30, true)]
    [InlineData(100, 31, 30, true)]
    [InlineData(1232, 75, 75, false)]
    [InlineData(1232, 76, 75, true)]
    [InlineData(65535, 100, 75, true)]
    public void As_many_addresses_as_the_client_takes_and_word_of_the_rest(int? edns, int tasks, int given, bool truncated)
    {
        var answer = World(tasks).Ask(Client, "web", edns: edns)!;
        Assert.Equal((given, truncated), (answer.Records.Distinct().Count(), answer.Truncated));
        Assert.Equal(edns is null ? 0 : 1232, answer.Edns);
    }

    [Fact]
    public void Over_TCP_all_of_thousands_fit()
    {
        var answer = World(4000).Ask(Client, "web", tcp: true)!;
        Assert.Equal((4000, false), (answer.Records.Distinct().Count(), answer.Truncated));
    }

    [Fact]
    public void What_does_not_fit_is_another_part_each_time()
    {
        var world = World(100);
        var seen = Enumerable.Range(0, 60).SelectMany(_ => world.Ask(Client, "web")!.Records).Distinct();
        Assert.Equal(100, seen.Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("1234 0100 0001 0000 0000 00")]
    [InlineData("1234 8180 0001 0000 0000 0000 0377656200 0001 0001")]
    public void What_is_no_question_is_not_answered(string hex) => Assert.Null(World().Send(Client, Bytes(hex)));

    [Theory]
    [InlineData("1234 0100 0000 0000 0000 0000", Rcode.FormatError)]
    [InlineData("1234 0100 0002 0000 0000 0000 0377656200 0001 0001 0377656200 0001 0001", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0001 0000 0000 0377656200 0001 0001", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0001 0000 0377656200 0001 0001", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0001 0377656200 0001 0001", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0000 03776562", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0000 0377656200 0001 00", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0000 C00C 0001 0001", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0000 40776562 0001 0001", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0002 0377656200 0001 0001 00 0029 04D0 00000000 0000 00 0029 04D0 00000000 0000", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0001 0377656200 0001 0001 00 0029 04D0 00000000 0003 000A00", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0001 0377656200 0001 0001 C00C 0029 04D0 00000000 0000", Rcode.FormatError)]
    [InlineData("1234 0100 0001 0000 0000 0001 0377656200 0001 0001 00 0029 04D0 00010000 0000", Rcode.BadVersion)]
    [InlineData("1234 2900 0001 0000 0000 0000 0377656200 0006 0001", Rcode.NotImplemented)]
    [InlineData("1234 1100 0000 0000 0000 0000", Rcode.NotImplemented)]
    [InlineData("1234 0100 0001 0000 0000 0000 0377656200 0001 0003", Rcode.Refused)]
    [InlineData("1234 0100 0001 0000 0000 0000 0377656200 00FC 0001", Rcode.Refused)]
    [InlineData("1234 0100 0001 0000 0000 0001 0377656200 0001 0001 00 0029 04D0 00000000 0004 000A0000", Rcode.NoError)]
    [InlineData("1234 0100 0001 0000 0000 0001 0377656200 0001 0001 C00C 0010 0001 00000000 0000", Rcode.NoError)]
    [InlineData("1234 0100 0001 0000 0000 0000 0377656200 0001 0001 FFFF", Rcode.NoError)]
    public void A_message_gets_the_code_it_deserves(string hex, Rcode code)
    {
        var answer = World().Send(Client, Bytes(hex))!;
        Assert.Equal((code, Query.Id), (answer.Code, answer.Id));
    }

    [Fact]
    public void A_name_of_255_bytes_is_read_and_one_more_is_too_much()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 3).Append(new string('b', 61)));
        Assert.Same(Answer.Forwarded, World().Ask(Client, longest));
        Assert.Equal(Rcode.FormatError, World().Ask(Client, longest + "b")!.Code);
    }

    [Fact]
    public void A_dot_inside_a_label_is_not_the_dot_between_two()
    {
        var world = World().With(Service("s2", "api", "", ["front 10.0.0.200 db.local"]));
        Assert.Equal("10.0.0.200", world.Ask(Client, "db.local")!.Values);
        Assert.Same(Answer.Forwarded, world.Send(Client, Bytes("1234 0100 0001 0000 0000 0000 08 64622E6C6F63616C 00 0001 0001")));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
