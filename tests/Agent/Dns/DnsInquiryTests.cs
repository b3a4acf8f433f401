using Orch.Agent.Dns;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dns;

/// <summary>What people are shown that a task would be told.</summary>
public sealed class DnsInquiryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DnsWorld _world = new DnsWorld().With(
        DnsWorld.Network("front", "10.1.0.0/24", "10.1.0.250"), DnsWorld.Network("back", "10.2.0.0/24", "10.2.0.250", isInternal: true),
        DnsWorld.Service("s1", "web", "", ["front 10.1.0.100"], "http/tcp/80"), DnsWorld.Service("s2", "db", "", ["back -"]),
        DnsWorld.Task("t1", "s1", 1, true, "front 10.1.0.1"), DnsWorld.Task("t2", "s2", 1, true, "back 10.2.0.2", "front 10.1.0.2"),
        DnsWorld.Task("t3", "s2", 2, true, "back 10.2.0.3"));
    private readonly DnsOptions _options = new() { ResolvConf = "/nonexistent" };

    private async Task<NameAnswer> AskAsync(string task, string name, DnsType type = DnsType.A)
    {
        var forwarder = new Forwarder(new(_options, TimeProvider.System, _ => false), _options, TimeProvider.System);
        var inquiry = new DnsInquiry(_world.Index, _world.Handler, forwarder, _options, TimeProvider.System);
        return await inquiry.AskAsync(_world.Book.Tasks[task], name, type, default).WaitAsync(Patience);
    }

    [Fact]
    public void The_machine_itself_is_known_by_its_own_address_and_no_other_stranger_is()
    {
        var handler = new DnsHandler(_world.Index, new DnsOptions { OwnAddress = 0x0A630001 });
        var front = _world.Index.Zones.First(zone => zone.Facts.Id == "front");
        Assert.True(handler.Knows(front, 0x0A630001));
        Assert.False(handler.Knows(front, 0x0A630002));
        Assert.False(_world.Handler.Knows(front, 0));
    }

    private static string Line(NameRecord record) =>
        $"{record.Name} {record.Ttl} {(DnsType)record.Type} {record.Value} {record.NetworkId} {record.Service} {record.TaskId}".TrimEnd();

    [Fact]
    public async Task A_virtual_address_comes_with_its_network_and_service()
    {
        var answer = await AskAsync("t1", "WEB.");
        Assert.Equal(("web 2 A 10.1.0.100 front web", 0u, true, false, "10.1.0.250"),
            (Line(Assert.Single(answer.Records)), answer.Code, answer.Authoritative, answer.Forwarded, answer.Server));
    }

    [Fact]
    public async Task Addresses_of_tasks_come_with_their_tasks() =>
        Assert.Equal(["db 0 A 10.2.0.2 back db t2", "db 0 A 10.2.0.3 back db t3"],
            (await AskAsync("t2", "db")).Records.Select(Line).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_task_sees_only_what_its_networks_know()
    {
        Assert.Empty((await AskAsync("t1", "db")).Records);
        Assert.Equal((uint)Rcode.NoSuchName, (await AskAsync("t3", "web")).Code);
    }

    [Fact]
    public async Task Ports_and_pointers_are_read_back_too()
    {
        var ports = await AskAsync("t2", "_http._tcp.web", DnsType.Srv);
        Assert.Equal(["web.1.t1"], ports.Records.Where(record => record.Extra).Select(record => record.Name));
        Assert.Matches(@"^_http\._tcp\.web 0 Srv \d+ \d+ 80 web\.1\.t1 front web t1$", Line(ports.Records[0]));

        Assert.Equal("2.0.1.10.in-addr.arpa 0 Ptr db.1.t2 front db t2",
            Line(Assert.Single((await AskAsync("t1", "2.0.1.10.in-addr.arpa", DnsType.Ptr)).Records)));
    }

    [Fact]
    public async Task No_data_is_no_error()
    {
        var answer = await AskAsync("t1", "web", DnsType.Aaaa);
        Assert.Equal((0u, 0), (answer.Code, answer.Records.Count));
    }

    [Fact]
    public async Task Other_names_are_asked_outside_and_fail_where_there_is_no_server()
    {
        var answer = await AskAsync("t1", "example.org");
        Assert.Equal((true, (uint)Rcode.ServerFailure), (answer.Forwarded, answer.Code));
    }

    [Fact]
    public async Task What_is_no_name_is_told_so() =>
        Assert.Equal((uint)Rcode.FormatError, (await AskAsync("t1", new string('x', 300))).Code);

    [Fact]
    public void Answers_of_strangers_are_read_without_harm()
    {
        var random = new Random(11);
        byte[] good = [0x12, 0x34, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1];
        Assert.Equal("a 9 10.0.0.1", string.Join(';', new DnsReader(good).Records().Select(record => $"{record.Name} {record.Ttl} {record.Value}")));
        for (var i = 0; i < 20_000; i++)
        {
            var packet = good.AsSpan().ToArray();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            try
            {
                new DnsReader(packet.AsSpan(0, random.Next(packet.Length + 1))).Records();
            }
            catch (FormatException)
            {
                // Said in words, which is all that is asked.
            }
        }
    }

    [Fact]
    public void A_name_that_points_to_itself_ends() =>
        Assert.Throws<FormatException>(() => new DnsReader([0, 0, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1]).Records());
}
