using Orch.Agent.Dns;

namespace Orch.Tests.Agent.Dns;

/// <summary>Names that are not ours: the host's servers are asked, and not everything that comes back is believed.</summary>
[Collection("name server sockets")]
public sealed class ForwardingTests
{
    private const string First = "127.77.9.1";
    private const string Second = "127.77.9.2";

    private static FakeUpstream At(string address, ServerHarness server, Func<byte[], bool, IEnumerable<byte[]>> answers) =>
        new(address, server.Options.UpstreamPort, answers);

    private static async Task<ServerHarness> ServerAsync(Func<DnsOptions, DnsOptions>? options = null, params string[] upstream)
    {
        var server = new ServerHarness(options, upstream);
        server.Apply(ServerHarness.Usual);
        await server.AskAsync("web");
        return server;
    }

    [Fact]
    public async Task A_foreign_name_gets_the_answer_of_the_host_s_server_under_the_asker_s_id()
    {
        await using var server = await ServerAsync(null, First);
        using var upstream = At(First, server, (query, _) => [FakeUpstream.Reply(query)]);
        for (var i = 0; i < 8; i++)
        {
            var answer = await server.AskAsync("Example.ORG");
            Assert.Equal((Query.Id, "9.9.9.7"), (answer.Id, answer.Values));
        }
        Assert.True(upstream.Seen.Select(seen => seen.Id).Distinct().Count() > 4, "ids are not random");
        Assert.True(upstream.Seen.Select(seen => seen.Port).Distinct().Count() > 4, "ports are not random");
    }

    [Fact]
    public async Task Answers_to_other_questions_are_not_believed()
    {
        await using var server = await ServerAsync(null, First);
        using var upstream = At(First, server, (query, _) =>
            [Wrong(query, 0), Wrong(query, 13), Wrong(query, 2), [1, 2, 3], FakeUpstream.Reply(query)]);
        Assert.Equal("9.9.9.7", (await server.AskAsync("example.org")).Values);
        static byte[] Wrong(byte[] query, int at)
        {
            var reply = FakeUpstream.Reply(query, last: 66);
            reply[at] ^= at == 2 ? (byte)0x80 : (byte)1;
            return reply;
        }
    }

    [Fact]
    public async Task The_next_server_is_asked_when_one_is_silent_and_the_silent_one_is_not_asked_first_again()
    {
        await using var server = await ServerAsync(options => options with { UpstreamWithin = TimeSpan.FromMilliseconds(300) }, First, Second);
        using var silent = At(First, server, (_, _) => []);
        using var upstream = At(Second, server, (query, _) => [FakeUpstream.Reply(query)]);
        Assert.Equal("9.9.9.7", (await server.AskAsync("example.org")).Values);
        var asked = silent.Asked;
        Assert.Equal("9.9.9.7", (await server.AskAsync("example.org")).Values);
        Assert.Equal(asked, silent.Asked);
    }

    [Fact]
    public async Task The_next_server_is_asked_when_one_cannot_say()
    {
        await using var server = await ServerAsync(null, First, Second);
        using var refusing = At(First, server, (query, _) => [FakeUpstream.Reply(query, Rcode.Refused)]);
        using var upstream = At(Second, server, (query, _) => [FakeUpstream.Reply(query, Rcode.NoSuchName)]);
        Assert.Equal(Rcode.NoSuchName, (await server.AskAsync("example.org")).Code);
    }

    [Fact]
    public async Task Without_an_answer_from_anyone_it_is_said_at_once_that_there_is_none()
    {
        await using var server = await ServerAsync(null, First, Second);
        Assert.Equal(Rcode.ServerFailure, (await server.AskAsync("example.org")).Code);
        server.SetUpstream();
        await using var alone = await ServerAsync();
        Assert.Equal(Rcode.ServerFailure, (await alone.AskAsync("example.org")).Code);
        Assert.Equal(Rcode.NoSuchName, (await alone.AskAsync("webb")).Code);
    }

    [Fact]
    public async Task From_an_internal_network_nobody_outside_is_asked()
    {
        await using var server = await ServerAsync(null, First);
        using var upstream = At(First, server, (query, _) => [FakeUpstream.Reply(query)]);
        var answer = await server.AskAsync("example.org", from: ServerHarness.Internal, at: ServerHarness.InternalBridge);
        Assert.Equal((Rcode.NoSuchName, 0), (answer.Code, upstream.Asked));
    }

    [Fact]
    public async Task What_is_cut_off_is_handed_on_as_such_and_asked_over_TCP_when_the_client_does()
    {
        await using var server = await ServerAsync(null, First);
        using var upstream = At(First, server, (query, tcp) => [FakeUpstream.Reply(query, truncated: !tcp)]);
        Assert.True((await server.AskAsync("example.org")).Truncated);
        await using var stream = await server.ConnectAsync();
        await stream.WriteAsync(ServerHarness.Framed(Query.Of("example.org")));
        Assert.Equal("9.9.9.7", (await ServerHarness.ReadAsync(stream))!.Values);
    }

    [Fact]
    public async Task More_than_the_client_takes_is_only_announced()
    {
        await using var server = await ServerAsync(null, First);
        using var upstream = At(First, server, (query, _) => [[.. FakeUpstream.Reply(query), .. new byte[600]]]);
        var answer = await server.AskAsync("example.org");
        Assert.Equal((true, 0), (answer.Truncated, answer.Records.Count));
    }

    [Fact]
    public async Task Questions_outside_are_bounded()
    {
        await using var server = await ServerAsync(
            options => options with { MostForwardedOfOne = 1, UpstreamWithin = TimeSpan.FromSeconds(20) }, First);
        using var silent = At(First, server, (_, _) => []);
        using var first = ServerHarness.Udp(ServerHarness.Client);
        await first.SendToAsync(Query.Of("example.org"), server.EndPoint);
        Assert.Equal(Rcode.ServerFailure, (await server.AskAsync("example.net")).Code);
        Assert.Equal("127.77.1.100", (await server.AskAsync("web")).Values);
    }

    [Fact]
    public async Task Another_server_in_the_host_s_file_is_asked_from_then_on()
    {
        await using var server = await ServerAsync(null, First);
        using var one = At(First, server, (query, _) => [FakeUpstream.Reply(query, last: 1)]);
        using var two = At(Second, server, (query, _) => [FakeUpstream.Reply(query, last: 2)]);
        Assert.Equal("9.9.9.1", (await server.AskAsync("example.org")).Values);
        server.SetUpstream(Second, ServerHarness.Bridge);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await server.AskAsync("example.org")).Values != "9.9.9.2")
            bound.Token.ThrowIfCancellationRequested();
    }
}
