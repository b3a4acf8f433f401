using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Orch.Agent.Logs;

namespace Orch.Agent.Engine;

/// <summary>
/// Docker Engine 20.10 and newer over its unix socket (Podman's as far as it goes). Speaks the newest API version that
/// both sides know.
/// </summary>
public sealed class DockerEngine : IContainerEngine
{
    private static readonly Version Newest = new(1, 51);
    private static readonly Version Oldest = new(1, 40);
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Slow = TimeSpan.FromMinutes(2);
    private readonly EngineHttp _http;
    private readonly TimeProvider _clock;
    private volatile string _prefix = "/v1.41";

    public DockerEngine(EngineAddress address, TimeProvider clock)
    {
        _http = new(address, clock);
        _clock = clock;
    }

    public Task<EngineResult<Version>> NegotiateAsync(CancellationToken stopping) =>
        _http.ExchangeAsync<Version>(HttpMethod.Get, "/_ping", null, TimeSpan.FromSeconds(5), (response, _) =>
        {
            var said = response.Headers.TryGetValues("Api-Version", out var values) ? values.FirstOrDefault() : null;
            if (!Version.TryParse(said, out var theirs))
                return new(new EngineError(EngineFault.Refused, "the engine does not say its API version"));
            if (theirs < Oldest)
                return new(new EngineError(
                    EngineFault.Refused, $"the engine's API {theirs} is too old; Docker 20.10 or newer is needed"));
            var agreed = theirs < Newest ? theirs : Newest;
            _prefix = $"/v{agreed.Major}.{agreed.Minor}";
            return new(agreed);
        }, stopping);

    public async Task<EngineResult<NoValue>> PingAsync(CancellationToken stopping)
    {
        // By hand: the pooled client would use an old connection, which says nothing about the listener.
        try
        {
            using var socket = await _http.ConnectAsync(stopping);
            await socket.SendAsync("GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n"u8.ToArray(), stopping);
            var answer = new byte[64];
            var length = await socket.ReceiveAsync(answer, SocketFlags.None, stopping);
            var line = Encoding.ASCII.GetString(answer, 0, length);
            return line.StartsWith("HTTP/1.", StringComparison.Ordinal) && line.AsSpan(8).StartsWith(" 200")
                ? default(NoValue)
                : new EngineError(EngineFault.Unreachable, "the engine closed the connection without an answer");
        }
        catch (SocketException e)
        {
            return _http.Absence(e, Quick);
        }
    }

    public async Task<EngineResult<EngineInfo>> InfoAsync(CancellationToken stopping)
    {
        var info = await _http.ReadAsync(
            HttpMethod.Get, $"{_prefix}/info", null, EngineJson.Default.WireInfo, Quick, stopping);
        return info.Error is { } error ? error : info.Value!.ToInfo();
    }

    public async Task<EngineResult<ImageFacts>> InspectImageAsync(string image, CancellationToken stopping)
    {
        // The name keeps its slashes: the engine's route takes the rest of the path.
        var found = await _http.ReadAsync(
            HttpMethod.Get, $"{_prefix}/images/{EscapePath(image)}/json", null,
            EngineJson.Default.WireImage, Quick, stopping);
        if (found.Error is { } error)
            return error;
        var test = found.Value!.Config?.Healthcheck?.Test;
        return new ImageFacts(found.Value.Id ?? "", test is [not "NONE", ..]);
    }

    public Task<EngineResult<NoValue>> PullAsync(string image, string? auth, CancellationToken stopping) =>
        ImagePull.RunAsync(_http, _prefix, ImageReference.Parse(image), auth, _clock, stopping);

    public async Task<EngineResult<string>> CreateAsync(
        string name, ContainerCreate request, CancellationToken stopping)
    {
        using var body = JsonContent.Create(request, EngineJson.Default.ContainerCreate);
        var created = await _http.ReadAsync(
            HttpMethod.Post, $"{_prefix}/containers/create?name={Uri.EscapeDataString(name)}", body,
            EngineJson.Default.WireCreated, Slow, stopping);
        if (created.Error is { } error)
            return error;
        return created.Value!.Id is { Length: > 0 } id
            ? id
            : new EngineError(EngineFault.Refused, "the engine created a container without an id");
    }

    public Task<EngineResult<NoValue>> StartAsync(string container, CancellationToken stopping) =>
        _http.SendAsync(HttpMethod.Post, $"{_prefix}/containers/{container}/start", Slow, stopping);

    public Task<EngineResult<NoValue>> StopAsync(string container, TimeSpan grace, CancellationToken stopping)
    {
        var seconds = (long)Math.Ceiling(Math.Max(0, grace.TotalSeconds));
        var path = string.Create(CultureInfo.InvariantCulture, $"{_prefix}/containers/{container}/stop?t={seconds}");
        return _http.SendAsync(HttpMethod.Post, path, TimeSpan.FromSeconds(seconds) + Quick, stopping);
    }

    public async Task<EngineResult<NoValue>> KillAsync(string container, CancellationToken stopping)
    {
        var path = $"{_prefix}/containers/{container}/kill?signal=KILL";
        var killed = await _http.SendAsync(HttpMethod.Post, path, Quick, stopping);

        // Conflict: it does not run, which is what was wanted.
        return killed.Error is { Fault: EngineFault.Conflict } ? default(NoValue) : killed;
    }

    public async Task<EngineResult<NoValue>> RemoveAsync(string container, CancellationToken stopping)
    {
        var removed = await _http.SendAsync(
            HttpMethod.Delete, $"{_prefix}/containers/{container}?force=1&v=1", Slow, stopping);
        return removed.Error is { Fault: EngineFault.NotFound } ? default(NoValue) : removed;
    }

    public async Task<EngineResult<ContainerState>> InspectAsync(string container, CancellationToken stopping)
    {
        var found = await _http.ReadAsync(
            HttpMethod.Get, $"{_prefix}/containers/{container}/json", null,
            EngineJson.Default.WireContainer, Quick, stopping);
        return found.Error is { } error ? error : found.Value!.ToState();
    }

    public async Task<EngineResult<IReadOnlyList<ContainerState>>> ListAsync(string label, CancellationToken stopping)
    {
        var filter = Uri.EscapeDataString($$"""{"label":["{{label}}"]}""");
        var listed = await _http.ReadAsync(
            HttpMethod.Get, $"{_prefix}/containers/json?all=1&filters={filter}", null,
            EngineJson.Default.ListWireListed, Quick, stopping);
        if (listed.Error is { } error)
            return error;
        var looks = await ParallelLooks.RunAsync(
            listed.Value!.Select(c => c.Id ?? ""), InspectAsync, stopping);
        return looks;
    }

    public async Task<EngineResult<IEngineEventStream>> OpenEventsAsync(CancellationToken stopping)
    {
        const string Wanted = """
            {"type":["container","image"],"event":["start","die","oom","destroy","health_status","delete","untag","tag","pull","load","import"]}
            """;
        var path = $"{_prefix}/events?filters={Uri.EscapeDataString(Wanted.Trim())}";
        var opened = await OpenStreamAsync(path, stopping);
        return opened.Error is { } error ? error : new EngineEventStream(opened.Value!);
    }

    /// <summary>A container's output as the engine sends it: the answer's body ends with the log, or, followed, with the container.</summary>
    public Task<EngineResult<HttpResponseMessage>> OpenLogsAsync(string container, LogAsk ask, CancellationToken stopping) =>
        OpenStreamAsync($"{_prefix}/containers/{container}/logs?{ask.Query()}", stopping);

    /// <summary>The limit is for the headers alone: the stream itself stays open for as long as it has something to say.</summary>
    private async Task<EngineResult<HttpResponseMessage>> OpenStreamAsync(string path, CancellationToken stopping)
    {
        try
        {
            using var limit = new CancellationTokenSource(Quick, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
            return await _http.OpenAsync(HttpMethod.Get, path, null, either.Token);
        }
        catch (Exception e) when (EngineHttp.IsAbsence(e) && !stopping.IsCancellationRequested)
        {
            return _http.Absence(e, Quick);
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string EscapePath(string name) =>
        string.Join('/', name.Split('/').Select(part => Uri.EscapeDataString(part).Replace("%3A", ":").Replace("%40", "@")));
}
