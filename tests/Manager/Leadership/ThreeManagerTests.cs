using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orch.Testing;
using Orch.Tests.Manager.Store;
using Xunit.Abstractions;

namespace Orch.Tests.Manager.Leadership;

/// <summary>Three managers as processes over one PostgreSQL: whatever happens to the leader, nothing acknowledged is lost.</summary>
public sealed class ThreeManagerTests(ManagerTrio trio, ITestOutputHelper output) : IClassFixture<ManagerTrio>
{
    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("ORCH_LEADER_KILLS"), CultureInfo.InvariantCulture, out var count) ? count : 3;

    [Fact]
    public async Task Leaders_are_killed_while_a_client_writes_and_every_acknowledged_write_is_there_once()
    {
        await trio.SettledAsync();
        var history = new WriteHistory(trio.Machines);
        using var stop = new CancellationTokenSource();
        var writing = history.WriteAsync(stop.Token);
        var times = new List<long>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var leader = await trio.LeaderAsync();
            await MoreWritesAsync(history, writing, 20);
            var clock = Stopwatch.StartNew();
            leader.Kill();
            await leader.ExitAsync();
            await MoreWritesAsync(history, writing, 1);
            times.Add(clock.ElapsedMilliseconds);
            await MoreWritesAsync(history, writing, 20);
            leader.Start();
            await Until.TrueAsync("the killed manager stands by", async () =>
                await ManagerTrio.StandingAsync(leader) is (true, false), TimeSpan.FromSeconds(60));
        }
        await stop.CancelAsync();
        await writing;

        output.WriteLine($"{Kills} kills, {history.Acknowledged.Count} writes acknowledged, {history.Unknown} not known, "
            + $"ms until the next was: {string.Join(' ', times)}");
        foreach (var line in trio.Story())
            output.WriteLine(line);
        foreach (var machine in trio.Machines)
        {
            var names = await machine.ServicesAsync();
            Assert.Empty(history.Acknowledged.Except(names));
            Assert.Equal(names.Count, names.Distinct().Count());
        }
    }

    [Fact]
    public async Task A_leader_that_stops_hands_over_and_a_frozen_one_steps_down_when_it_wakes()
    {
        await trio.SettledAsync();
        var first = await trio.LeaderAsync();
        first.Signal("TERM");
        Assert.Equal(0, await first.ExitAsync());
        Assert.Contains("gave the leadership", await File.ReadAllTextAsync(first.LogFile), StringComparison.Ordinal);
        first.Start();
        var second = await trio.LeaderAsync();
        Assert.NotEqual(first, second);

        second.Signal("STOP");
        var third = await trio.LeaderAsync(but: second);
        using var created = await third.Http.PostAsJsonAsync("/services/create", Spec("while-frozen"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        second.Signal("CONT");

        // What it answers first is the other's word, or none: never what it remembers from before.
        Assert.Contains("while-frozen", await second.ServicesAsync());
        Assert.Equal((true, false), await ManagerTrio.StandingAsync(second));
    }

    [Fact]
    public async Task Any_manager_answers_with_the_leaders_words_and_old_ones_only_on_request()
    {
        await trio.SettledAsync();
        var leader = await trio.LeaderAsync();
        foreach (var machine in trio.Machines)
        {
            using var created = await machine.Http.PostAsJsonAsync("/v1.51/services/create", Spec($"by-{machine.Port}"));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            Assert.All(await Task.WhenAll(trio.Machines.Select(any => any.ServicesAsync())), names => Assert.Contains($"by-{machine.Port}", names));
            var info = await machine.GetAsync("/info");
            Assert.Equal(3, info.GetProperty("Swarm").GetProperty("Managers").GetInt32());
            Assert.Equal(Own(machine), info.GetProperty("Swarm").GetProperty("NodeID").GetString());
        }
        var follower = trio.Machines.First(machine => machine != leader);
        using (var unknown = await follower.Http.GetAsync(new Uri("/v1.51/services/nobody", UriKind.Relative)))
            Assert.Equal((HttpStatusCode.NotFound, true), (unknown.StatusCode, (await unknown.Content.ReadAsStringAsync()).Contains("nobody", StringComparison.Ordinal)));
        await Until.TrueAsync("the follower has read the last write", async () =>
            (await follower.ServicesAsync("?stale=true")).Contains($"by-{trio.Machines[2].Port}"));
        await Until.TrueAsync("the leader hears both of the others", async () =>
            (await follower.GetAsync("/nodes")).EnumerateArray().Count(node =>
                node.GetProperty("ManagerStatus").GetProperty("Reachability").GetString() == "reachable") == 3);
        Assert.Single((await follower.GetAsync("/nodes")).EnumerateArray(), node =>
            node.GetProperty("ManagerStatus").TryGetProperty("Leader", out var leads) && leads.GetBoolean());
    }

    [Fact]
    public async Task A_watch_through_a_follower_shows_what_happens_and_ends_with_the_leader()
    {
        await trio.SettledAsync();
        var leader = await trio.LeaderAsync();
        var follower = trio.Machines.First(machine => machine != leader);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var stream = await follower.Http.GetStreamAsync(new Uri("/events", UriKind.Relative), limit.Token);
        using var lines = new StreamReader(stream);
        using var created = await leader.Http.PostAsJsonAsync("/services/create", Spec("seen"), limit.Token);

        string? line;
        while (!(line = await lines.ReadLineAsync(limit.Token))!.Contains("\"seen\"", StringComparison.Ordinal))
            Assert.NotNull(line);
        leader.Signal("TERM");
        var ended = leader.ExitAsync();
        try
        {
            while (await lines.ReadLineAsync(limit.Token) is not null)
                Assert.False(limit.IsCancellationRequested);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Broken off: as good an end.
        }
        Assert.Equal(0, await ended);
        leader.Start();
    }

    [Fact]
    public async Task While_the_store_stands_still_writes_are_refused_and_nobody_hangs_and_afterwards_it_goes_on()
    {
        await trio.SettledAsync();
        trio.Server.Signal("STOP");
        try
        {
            await Task.WhenAll(trio.Machines.Select(async machine =>
            {
                using var refused = await machine.Http.PostAsJsonAsync("/services/create", Spec($"lost-{machine.Port}"));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            }));
            await Until.TrueAsync("nobody says that it leads", async () =>
                (await Task.WhenAll(trio.Machines.Select(ManagerTrio.StandingAsync))).All(one => one is (true, false)));
        }
        finally
        {
            trio.Server.Signal("CONT");
        }

        // One that was told to look before trying again may have been done.
        await Until.TrueAsync("a write is accepted", async () =>
        {
            using var created = await trio.Machines[1].Http.PostAsJsonAsync("/services/create", Spec("after-the-stop"));
            return created.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict;
        }, TimeSpan.FromSeconds(60));
        await trio.SettledAsync();
        Assert.Contains("after-the-stop", await trio.Machines[0].ServicesAsync());
    }

    private static string Own(ManagerMachine machine) => $"{Orch.Contracts.Machine.MachineConfig.Load(machine.Paths.NodeFile)!.NodeId}";

    private static object Spec(string name) => new
    {
        Name = name,
        TaskTemplate = new { ContainerSpec = new { Image = "busybox" } },
        Mode = new { Replicated = new { Replicas = 0 } },
    };

    private static async Task MoreWritesAsync(WriteHistory history, Task writing, int count)
    {
        var target = history.Acknowledged.Count + count;
        await Until.TrueAsync("more writes are acknowledged", () =>
            writing.IsFaulted ? throw writing.Exception.GetBaseException() : history.Acknowledged.Count >= target, TimeSpan.FromSeconds(60));
    }
}
