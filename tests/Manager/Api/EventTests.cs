using System.Text.Json.Nodes;
using Orch.Manager.Api;
using Orch.Manager.Api.Endpoints;

namespace Orch.Tests.Manager.Api;

public sealed class EventTests(ApiHost api) : IClassFixture<ApiHost>
{
    private async Task<List<JsonNode>> ReadAsync(string query)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = await api.Http.GetStringAsync("/events?" + query, patience.Token);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static string Now => (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000m).ToString(System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_was_written_is_found_at_once_in_docker_s_shape()
    {
        var id = await api.CreateAsync("past");

        var lines = await ReadAsync("since=1&until=4000000000&filters={\"service\":[\"past\"]}".Replace("4000000000", Later, StringComparison.Ordinal));

        var created = lines[0];
        Assert.Equal(("service", "create", id, "swarm"),
            ((string)created["Type"]!, (string)created["Action"]!, (string)created["Actor"]!["ID"]!, (string)created["scope"]!));
        Assert.Equal("past", (string)created["Actor"]!["Attributes"]!["name"]!);
        Assert.Equal((long)created["timeNano"]! / 1_000_000_000, (long)created["time"]!);
    }

    /// <summary>A moment that has passed when the answer is made, but not when the events were.</summary>
    private static string Later => (DateTimeOffset.UtcNow.AddMilliseconds(500).ToUnixTimeMilliseconds() / 1000m)
        .ToString(System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Since_and_until_cut_and_filters_are_anded()
    {
        await api.CreateAsync("cut-a");
        await api.CreateAsync("cut-b");
        var middle = Later;

        Assert.Empty(await ReadAsync($"since={middle}&until={Later}&filters={{\"service\":[\"cut-a\"]}}"));
        Assert.Equal(["cut-a", "cut-b"], (await ReadAsync($"since=1&until={Later}&filters={{\"service\":[\"cut-\"],\"event\":[\"create\"]}}"))
            .Select(line => (string)line["Actor"]!["Attributes"]!["name"]!));
        Assert.Empty(await ReadAsync($"since=1&until={Later}&filters={{\"service\":[\"cut-\"],\"type\":[\"node\"]}}"));
        Assert.Empty(await ReadAsync($"since=1&until={Now}&filters={{\"scope\":[\"local\"]}}"));
        Assert.All(await ReadAsync($"since=1&until={Later}&filters={{\"type\":[\"node\"]}}"), line => Assert.Equal("node", (string)line["Type"]!));
    }

    [Fact]
    public void The_oldest_go_first_and_a_late_reader_goes_on_with_what_is_left()
    {
        var history = new EventHistory(capacity: 3);
        for (var i = 0; i < 5; i++)
            history.Append(1, [new EventView("service", "create", new($"{i}", []), "swarm", 0, i)]);

        var (lines, next, moved) = history.Read(0);

        Assert.Equal(["2", "3", "4"], lines.Select(line => line.Actor.ID));
        Assert.Equal((5L, false), (next, moved.IsCompleted));
        Assert.Equal((5L, 2L), history.Numbers);
        history.Append(2, []);
        Assert.False(moved.IsCompleted);
        history.Append(3, [new EventView("service", "create", new("5", []), "swarm", 0, 5)]);
        Assert.True(moved.IsCompleted);
    }

    [Fact]
    public async Task Whoever_waits_for_a_revision_waits_for_no_line()
    {
        var history = new EventHistory();
        var until = history.UntilAsync(7, default);
        history.Append(6, []);
        Assert.False(until.IsCompleted);

        history.Append(7, []);

        await until.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task What_is_no_moment_is_refused()
    {
        var (status, body) = await api.SendAsync(HttpMethod.Get, "/events?since=yesterday");
        Assert.Equal((400, "invalid since: 'yesterday' is no moment"), ((int)status, (string)body!["message"]!));
    }
}
