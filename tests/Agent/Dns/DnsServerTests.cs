using System.Diagnostics;
using System.Net.Sockets;
using Orch.Agent.Dns;
using Orch.Contracts.Agent;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

/// <summary>The server with real sockets, on addresses of the loopback device.</summary>
[Collection("name server sockets")]
public sealed class DnsServerTests
{
    [Fact]
    public async Task Questions_are_answered_over_UDP_TCP_and_with_EDNS()
    {
        await using var server = new ServerHarness();
        server.Apply(ServerHarness.Usual);
        Assert.Equal("127.77.1.100", (await server.AskAsync("web")).Values);
        Assert.Equal(ServerHarness.Internal, (await server.AskAsync("web", from: ServerHarness.Internal, at: ServerHarness.InternalBridge)).Values);
        var few = await server.AskAsync("many");
        Assert.Equal((true, true), (few.Truncated, few.Size <= 512));
        var more = await server.AskAsync("many", edns: 4096);
        Assert.Equal((74, 1232), (more.Records.Count, more.Edns));
        await using var stream = await server.ConnectAsync();
        await stream.WriteAsync(ServerHarness.Framed(Query.Of("many")));
        Assert.Equal(100, (await ServerHarness.ReadAsync(stream))!.Records.Count);
    }

    [Fact]
    public async Task Questions_behind_one_another_on_a_connection_are_answered_in_order()
    {
        await using var server = new ServerHarness();
        server.Apply(ServerHarness.Usual);
        await using var stream = await server.ConnectAsync();
        string[] names = ["web", "tasks.web", "many", "1.web"];
        byte[] all = [.. names.SelectMany(name => ServerHarness.Framed(Query.Of(name)))];
        await stream.WriteAsync(all.AsMemory(0, 25));
        await stream.WriteAsync(all.AsMemory(25));
        foreach (var count in new[] { 1, 1, 100, 1 })
            Assert.Equal(count, (await ServerHarness.ReadAsync(stream))!.Records.Count);
    }

    [Fact]
    public async Task A_stranger_hears_nothing()
    {
        await using var server = new ServerHarness();
        server.Apply(ServerHarness.Usual);
        using var stranger = ServerHarness.Udp("127.77.8.8");
        await stranger.SendToAsync(Query.Of("web"), server.EndPoint);

        // Whoever asks later is answered later.
        Assert.Equal("127.77.1.100", (await server.AskAsync("web")).Values);
        Assert.Equal(0, stranger.Available);
        await using var stream = await server.ConnectAsync("127.77.8.8");
        Assert.Null(await ServerHarness.ReadAsync(stream));
    }

    [Fact]
    public async Task Sockets_come_and_go_with_networks()
    {
        await using var server = new ServerHarness();
        server.Apply(ServerHarness.Usual);
        Assert.Equal("127.77.1.100", (await server.AskAsync("web")).Values);
        server.Apply(new NetworkUpdate { RemovedNetworks = { "front" } });
        using (var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
            other.Bind(server.EndPoint);
        server.Apply(new NetworkUpdate { Networks = { Network("front", "127.77.1.0/24", ServerHarness.Bridge) } });
        Assert.Equal("127.77.1.100", (await server.AskAsync("web")).Values);
    }

    [Fact]
    public async Task An_address_that_is_not_there_yet_can_be_listened_on()
    {
        await using var server = new ServerHarness();
        server.Apply(new NetworkUpdate { Networks = { Network("later", "198.51.100.0/24", "198.51.100.2") } });
        Assert.DoesNotContain("198.51.100.2", server.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_once_and_used_as_soon_as_it_is_free()
    {
        await using var server = new ServerHarness();
        using (var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            other.Bind(server.EndPoint);
            server.Apply(ServerHarness.Usual);
            server.Apply(new NetworkUpdate { RemovedTasks = { "m20" } });
        }
        Assert.Equal("127.77.1.100", (await server.AskAsync("web")).Values);
        Assert.Single(server.Log.ToString().Split('\n'), line => line.Contains("cannot listen on 127.77.1.1 (UDP)", StringComparison.Ordinal));
        Assert.Contains("at last", server.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_are_bounded_and_not_kept_for_those_who_say_nothing()
    {
        await using var server = new ServerHarness(options => options with { MostConnectionsOfOne = 2, IdleFor = TimeSpan.FromMilliseconds(300) });
        server.Apply(ServerHarness.Usual);
        await using (var first = await server.ConnectAsync())
        await using (var second = await server.ConnectAsync())
        await using (var third = await server.ConnectAsync())
        {
            Assert.Null(await ServerHarness.ReadAsync(third));
            await first.WriteAsync(new byte[] { 0 });
            Assert.Null(await ServerHarness.ReadAsync(first));
            Assert.Null(await ServerHarness.ReadAsync(second));
        }
        await using var again = await server.ConnectAsync();
        await again.WriteAsync(ServerHarness.Framed(Query.Of("web")));
        Assert.Equal("127.77.1.100", (await ServerHarness.ReadAsync(again))!.Values);
    }

    [Fact]
    public async Task Answers_are_right_when_a_change_was_applied()
    {
        await using var server = new ServerHarness();
        server.Apply(ServerHarness.Usual);
        for (var n = 20; n < 119; n++)
        {
            var update = new NetworkUpdate { Tasks = { Task($"m{n}", "s2", (ulong)n, false, $"front 127.77.1.{n}") } };
            server.Apply(update);
            Assert.Equal("", (await server.AskAsync($"{n}.many")).Values);
        }
        Assert.Equal("127.77.1.119", (await server.AskAsync("many")).Values);
    }

    [Fact]
    public async Task A_resolver_that_others_wrote_understands_the_answers()
    {
        await using var server = new ServerHarness();
        server.Apply(ServerHarness.Usual);
        server.Apply(new NetworkUpdate { Tasks = { Task("tool", "s2", 7, true, "front 127.0.0.1") } });
        using var tool = Process.Start(new ProcessStartInfo("busybox", ["nslookup", "web", $"{ServerHarness.Bridge}:{server.Options.Port}"])
        {
            RedirectStandardOutput = true,
        })!;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var said = await tool.StandardOutput.ReadToEndAsync(bound.Token);
        await tool.WaitForExitAsync(bound.Token);
        Assert.True(tool.ExitCode == 0 && said.Contains("127.77.1.100", StringComparison.Ordinal), said);
    }
}
