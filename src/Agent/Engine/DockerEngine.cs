using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Orch.Agent.Logs;
using Orch.Agent.Networks;

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
    private volatile Version _version = new(1, 41);

    private string Prefix => $"/v{_version.Major}.{_version.Minor}";

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
            _version = agreed;
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
            HttpMethod.Get, $"{Prefix}/info", null, EngineJson.Default.WireInfo, Quick, stopping);
        return info.Error is { } error ? error : info.Value!.ToInfo();
    }

    public async Task<EngineResult<ImageFacts>> InspectImageAsync(string image, CancellationToken stopping)
    {
        // The name keeps its slashes: the engine's route takes the rest of the path.
        var found = await _http.ReadAsync(
            HttpMethod.Get, $"{Prefix}/images/{EscapePath(image)}/json", null,
            EngineJson.Default.WireImage, Quick, stopping);
        if (found.Error is { } error)
            return error;
        var config = found.Value!.Config;
        return new ImageFacts(found.Value.Id ?? "", config?.Healthcheck?.Test is [not "NONE", ..])
        {
            ExposedPorts = config?.ExposedTcpPorts() ?? [],
        };
    }

    public Task<EngineResult<NoValue>> PullAsync(string image, string? auth, CancellationToken stopping) =>
        ImagePull.RunAsync(_http, Prefix, ImageReference.Parse(image), auth, _clock, stopping);

    public async Task<EngineResult<string>> CreateAsync(
        string name, ContainerCreate request, CancellationToken stopping)
    {
        var (first, later) = TaskEndpoints.For(_version, request);
        using var body = JsonContent.Create(first, EngineJson.Default.ContainerCreate);
        var created = await _http.ReadAsync(
            HttpMethod.Post, $"{Prefix}/containers/create?name={Uri.EscapeDataString(name)}", body,
            EngineJson.Default.WireCreated, Slow, stopping);
        if (created.Error is { } error)
            return error;
        if (created.Value!.Id is not { Length: > 0 } id)
            return new EngineError(EngineFault.Refused, "the engine created a container without an id");
        foreach (var (network, endpoint) in later)
        {
            if ((await ConnectAsync(network, id, endpoint, stopping)).Error is not { } refusal)
                continue;

            // Half connected it is of no use, and its name must be free for the next try.
            _ = await RemoveAsync(id, stopping);
            return refusal;
        }
        return id;
    }

    /// <summary>Which containers are on a network, with their addresses.</summary>
    public async Task<EngineResult<IReadOnlyDictionary<string, EndpointConfig>>> EndpointsAsync(string network, CancellationToken stopping)
    {
        var found = await _http.ReadAsync(
            HttpMethod.Get, $"{Prefix}/networks/{network}", null, EngineJson.Default.WireNetwork, Quick, stopping);
        return found.Error is { } error ? error : (EngineResult<IReadOnlyDictionary<string, EndpointConfig>>)new(found.Value!.Endpoints(), null);
    }

    public async Task<EngineResult<NoValue>> DisconnectAsync(string network, string container, CancellationToken stopping)
    {
        using var body = JsonContent.Create(new WireDisconnect(container, true), EngineJson.Default.WireDisconnect);
        return await _http.ExchangeAsync<NoValue>(
            HttpMethod.Post, $"{Prefix}/networks/{network}/disconnect", body, Slow, static (_, _) => new(default(NoValue)), stopping);
    }

    public async Task<EngineResult<NoValue>> ConnectAsync(
        string network, string container, EndpointConfig endpoint, CancellationToken stopping)
    {
        using var body = JsonContent.Create(new WireConnect(container, endpoint), EngineJson.Default.WireConnect);
        return await _http.ExchangeAsync<NoValue>(
            HttpMethod.Post, $"{Prefix}/networks/{network}/connect", body, Slow, static (_, _) => new(default(NoValue)), stopping);
    }

    /// <summary>Networks that carry the label (<c>key=value</c>).</summary>
    public async Task<EngineResult<IReadOnlyList<EngineNetworkState>>> ListNetworksAsync(string label, CancellationToken stopping)
    {
        var filter = Uri.EscapeDataString($$"""{"label":["{{label}}"]}""");
        var listed = await _http.ReadAsync(
            HttpMethod.Get, $"{Prefix}/networks?filters={filter}", null, EngineJson.Default.ListWireNetwork, Quick, stopping);
        return listed.Error is { } error ? error : listed.Value!.ConvertAll(network => network.ToState());
    }

    public async Task<EngineResult<NoValue>> CreateNetworkAsync(EngineNetworkCreate request, CancellationToken stopping)
    {
        using var body = JsonContent.Create(request, EngineJson.Default.EngineNetworkCreate);
        return await _http.ExchangeAsync<NoValue>(
            HttpMethod.Post, $"{Prefix}/networks/create", body, Slow, static (_, _) => new(default(NoValue)), stopping);
    }

    /// <summary>Refused while containers use it; gone already is as good.</summary>
    public async Task<EngineResult<NoValue>> RemoveNetworkAsync(string id, CancellationToken stopping)
    {
        var removed = await _http.SendAsync(HttpMethod.Delete, $"{Prefix}/networks/{id}", Slow, stopping);
        return removed.Error is { Fault: EngineFault.NotFound } ? default(NoValue) : removed;
    }

    public Task<EngineResult<NoValue>> StartAsync(string container, CancellationToken stopping) =>
        _http.SendAsync(HttpMethod.Post, $"{Prefix}/containers/{container}/start", Slow, stopping);

    public Task<EngineResult<NoValue>> StopAsync(string container, TimeSpan grace, CancellationToken stopping)
    {
        var seconds = (long)Math.Ceiling(Math.Max(0, grace.TotalSeconds));
        var path = string.Create(CultureInfo.InvariantCulture, $"{Prefix}/containers/{container}/stop?t={seconds}");
        return _http.SendAsync(HttpMethod.Post, path, TimeSpan.FromSeconds(seconds) + Quick, stopping);
    }

    public async Task<EngineResult<NoValue>> KillAsync(string container, CancellationToken stopping)
    {
        var path = $"{Prefix}/containers/{container}/kill?signal=KILL";
        var killed = await _http.SendAsync(HttpMethod.Post, path, Quick, stopping);

        // Conflict: it does not run, which is what was wanted.
        return killed.Error is { Fault: EngineFault.Conflict } ? default(NoValue) : killed;
    }

    public async Task<EngineResult<NoValue>> RemoveAsync(string container, CancellationToken stopping)
    {
        var removed = await _http.SendAsync(
            HttpMethod.Delete, $"{Prefix}/containers/{container}?force=1&v=1", Slow, stopping);
        return removed.Error is { Fault: EngineFault.NotFound } ? default(NoValue) : removed;
    }

    public async Task<EngineResult<ContainerState>> InspectAsync(string container, CancellationToken stopping)
    {
        var found = await _http.ReadAsync(
            HttpMethod.Get, $"{Prefix}/containers/{container}/json", null,
            EngineJson.Default.WireContainer, Quick, stopping);
        return found.Error is { } error ? error : found.Value!.ToState();
    }

    public async Task<EngineResult<IReadOnlyList<ContainerState>>> ListAsync(string label, CancellationToken stopping)
    {
        var filter = Uri.EscapeDataString($$"""{"label":["{{label}}"]}""");
        var listed = await _http.ReadAsync(
            HttpMethod.Get, $"{Prefix}/containers/json?all=1&filters={filter}", null,
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
        var path = $"{Prefix}/events?filters={Uri.EscapeDataString(Wanted.Trim())}";
        var opened = await OpenStreamAsync(path, stopping);
        return opened.Error is { } error ? error : new EngineEventStream(opened.Value!);
    }

    /// <summary>A container's output as the engine sends it: the answer's body ends with the log, or, followed, with the container.</summary>
    public Task<EngineResult<HttpResponseMessage>> OpenLogsAsync(string container, LogAsk ask, CancellationToken stopping) =>
        OpenStreamAsync($"{Prefix}/containers/{container}/logs?{ask.Query()}", stopping);

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
