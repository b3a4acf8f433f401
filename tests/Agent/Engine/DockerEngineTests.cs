using System.Net.Sockets;
using Orch.Agent.Engine;
using Orch.Tests.Agent.Fakes;
using static Orch.Tests.Agent.Fakes.ScriptedEngine;

namespace Orch.Tests.Agent.Engine;

public sealed class DockerEngineTests : IAsyncDisposable
{
    private readonly ScriptedEngine _docker = new();

    public ValueTask DisposeAsync() => _docker.DisposeAsync();

    [Theory]
    [InlineData("1.41", "/v1.41/")]
    [InlineData("1.52", "/v1.51/")]
    public async Task It_speaks_the_newest_version_both_know(string theirs, string prefix)
    {
        _docker.On("GET /_ping", 200, "OK", $"Api-Version: {theirs}\r\n").On("POST", 204, "");

        await _docker.Engine.NegotiateAsync(default);
        await _docker.Engine.StartAsync("abc", default);

        Assert.Contains(_docker.Requests, r => r.StartsWith($"POST {prefix}containers/abc/start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_engine_of_before_20_10_is_refused_in_words()
    {
        _docker.On("GET /_ping", 200, "OK", "Api-Version: 1.39\r\n");

        var version = await _docker.Engine.NegotiateAsync(default);

        Assert.Equal("the engine's API 1.39 is too old; Docker 20.10 or newer is needed", version.Error!.Message);
    }

    [Theory]
    [InlineData(404, EngineFault.NotFound)]
    [InlineData(409, EngineFault.Conflict)]
    [InlineData(500, EngineFault.Refused)]
    public async Task A_refusal_comes_in_the_engine_s_own_words(int status, EngineFault fault)
    {
        _docker.On("POST", status, """{"message":"the engine's words"}""");

        Assert.Equal(new(fault, "the engine's words"), (await _docker.Engine.StartAsync("abc", default)).Error);
    }

    [Fact]
    public async Task Starting_what_runs_and_removing_what_is_gone_succeed()
    {
        _docker.On("POST", async stream => await WriteAsync(stream, "HTTP/1.1 304 Not Modified\r\n\r\n"))
            .On("DELETE", 404, """{"message":"No such container: abc"}""");

        Assert.True((await _docker.Engine.StartAsync("abc", default)).Ok);
        Assert.True((await _docker.Engine.RemoveAsync("abc", default)).Ok);
    }

    [Fact]
    public async Task An_engine_that_is_not_there_is_an_answer_and_no_exception()
    {
        await using var nowhere = new DockerEngine(new("/nonexistent/e.sock"), TimeProvider.System);

        Assert.Equal(EngineFault.Unreachable, (await nowhere.StartAsync("abc", default)).Error!.Fault);
        Assert.Equal(EngineFault.Unreachable, (await nowhere.PingAsync(default)).Error!.Fault);
        Assert.Equal(EngineFault.Unreachable, (await nowhere.NegotiateAsync(default)).Error!.Fault);
    }

    [Fact]
    public async Task An_engine_that_dies_in_the_middle_of_an_answer_is_unreachable()
    {
        _docker.On("GET", async stream =>
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Id\":");
            stream.Close();
        });

        Assert.Equal(EngineFault.Unreachable, (await _docker.Engine.InspectAsync("abc", default)).Error!.Fault);
    }

    [Fact]
    public async Task Garbage_is_a_refusal()
    {
        _docker.On("GET", 200, "<html>");

        Assert.Equal(EngineFault.Refused, (await _docker.Engine.InspectAsync("abc", default)).Error!.Fault);
    }

    [Fact]
    public async Task A_pull_that_fails_in_its_stream_gives_the_registry_s_reason()
    {
        _docker.On("POST", stream => WriteAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Chunk("""{"status":"Pulling"}""" + "\r\n")
            + Chunk("""{"errorDetail":{"message":"denied"},"error":"denied"}""" + "\r\n") + Chunk("")));

        Assert.Equal("denied", (await _docker.Engine.PullAsync("web:1", null, default)).Error!.Message);
        Assert.Contains(_docker.Requests, r => r.Contains("fromImage=web&tag=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_inspect_is_read_whatever_the_engine_leaves_out()
    {
        _docker.On("GET", 200, """
            {"Id":"abc","Name":"/web.1.x","State":{"Status":"running","Pid":42,"StartedAt":"2026-11-21T01:56:34.511313312Z",
             "FinishedAt":"0001-01-01T00:00:00Z","Health":{"Status":"starting"}},"Config":{"Labels":null},
             "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],"53/udp":null}}}
            """);

        var state = (await _docker.Engine.InspectAsync("abc", default)).Value!;

        Assert.Equal(("web.1.x", ContainerStatus.Running, ContainerHealth.Starting, 42), (state.Name, state.Status, state.Health, state.Pid));
        Assert.Equal([new EnginePort("tcp", 80, 8080)], state.Ports);
        Assert.True(state.StartedAt > 0 && state.FinishedAt == 0);
    }

    [Fact]
    public async Task Events_are_read_as_they_come_and_end_with_the_engine()
    {
        _docker.On("GET", async stream =>
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Chunk("""{"Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":{"exitCode":"3","orch.task":"t"}},"timeNano":5}"""));
            await WriteAsync(stream, Chunk("""{"Type":"container","Action":"health_status: healthy","Actor":{"ID":"abc"}}""")
                + Chunk("""{"Type":"container","Action":"attach","Actor":{"ID":"abc"}}""") + Chunk("""{"Type":"image","Action":"untag"}"""));
            stream.Close();
        });

        await using var events = (await _docker.Engine.OpenEventsAsync(default)).Value!;
        var seen = new List<EngineEvent>();
        await foreach (var happened in events.ReadAsync(default))
            seen.Add(happened);

        Assert.Equal([EngineEventKind.Died, EngineEventKind.Healthy, EngineEventKind.ImagesChanged], seen.Select(e => e.Kind));
        Assert.Equal((3, 5L), (seen[0].ExitCode, seen[0].At));
    }

    [Fact]
    public async Task A_ping_always_makes_a_new_connection()
    {
        _docker.On("GET /_ping HTTP/1.0", 200, "OK");

        Assert.True((await _docker.Engine.PingAsync(default)).Ok);
        File.Delete(_docker.Address.SocketPath);

        Assert.Equal(EngineFault.Unreachable, (await _docker.Engine.PingAsync(default)).Error!.Fault);
    }
}
