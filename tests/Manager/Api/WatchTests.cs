using System.Text.Json.Nodes;
using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Tests.Manager.Api;

public sealed class WatchTests(ApiHost api) : IClassFixture<ApiHost>
{
    private sealed class Lines(StreamReader reader) : IDisposable
    {
        public async Task<JsonNode> NextAsync() => JsonNode.Parse(await reader.ReadLineAsync() ?? throw new EndOfStreamException())!;

        public async Task<JsonNode> UntilAsync(Func<JsonNode, bool> condition)
        {
            while (true)
            {
                var line = await NextAsync();
                if (condition(line))
                    return line;
            }
        }

        public void Dispose() => reader.Dispose();
    }

    private async Task<Lines> OpenAsync(string path) => new(new StreamReader(await api.Http.GetStreamAsync(path)));

    [Fact]
    public async Task A_watch_shows_what_is_then_synced_then_changes()
    {
        var id = await api.CreateAsync("watched");
        using var lines = await OpenAsync("/orch/v1/watch?filters=" + Uri.EscapeDataString("{\"service\":[\"" + id + "\"]}"));
        var seen = new List<string>();
        JsonNode line;
        while ((string?)(line = await lines.NextAsync())["Type"] != "synced")
            seen.Add((string)line["Type"]!);
        Assert.Contains("node", seen);
        Assert.Contains("service", seen);
        Assert.True((ulong)line["Revision"]! > 0);

        await api.CreateAsync("unwatched");
        await api.Http.DeleteAsync("/services/watched");
        var removed = await lines.UntilAsync(l => (string?)l["Action"] == "remove" && (string?)l["Type"] == "service");
        Assert.Equal("{\"ID\":\"" + id + "\"}", removed["Object"]!.ToJsonString());
    }

    [Fact]
    public async Task A_watch_of_nodes_says_nothing_of_services()
    {
        using var lines = await OpenAsync("""/orch/v1/watch?filters={"type":{"node":true}}""");
        await lines.UntilAsync(line => (string?)line["Type"] == "synced");
        await api.CreateAsync("silent");
        await api.Store.ExecuteAsync(new JoinNode(new NodeId(3003), Orch.Core.Model.Specs.NodeRole.Worker, "late", "10.0.0.3"));
        var line = await lines.NextAsync();
        Assert.Equal("node", (string?)line["Type"]);
        Assert.Equal("set", (string?)line["Action"]);
        Assert.Equal("late", (string?)line["Object"]!["Description"]!["Hostname"]);
    }

    [Fact]
    public async Task A_client_that_does_not_read_hinders_nobody()
    {
        await using var idle = await api.DialAsync();
        await idle.WriteAsync("GET /orch/v1/watch HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        for (var i = 0; i < 200; i++)
            await api.CreateAsync($"busy-{i}");
        Assert.Equal(200, (await api.GetAsync("""/services?filters={"name":["busy-"]}""")).AsArray().Count);
    }

    [Fact]
    public async Task Events_tell_of_services_as_docker_does()
    {
        using var lines = await OpenAsync("""/events?filters={"type":["service"]}""");
        var creating = api.CreateAsync("eventful");
        var line = await lines.UntilAsync(l => (string?)l["Actor"]!["Attributes"]!["name"] == "eventful");
        Assert.Equal(await creating, (string?)line["Actor"]!["ID"]);
        Assert.Equal("swarm", (string?)line["scope"]);
        Assert.Empty(await api.Http.GetStringAsync("/events?until=1"));
    }
}
