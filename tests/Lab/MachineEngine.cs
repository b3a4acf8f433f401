using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Orch.Testing;

/// <summary>Talks to a machine's engine over its socket, from outside the machine. Deliberately not the product's
/// client: it is the second opinion that tests check the product with.</summary>
public sealed class MachineEngine : IDisposable
{
    private readonly LabMachine _machine;
    private readonly HttpClient _http;

    internal MachineEngine(LabMachine machine)
    {
        _machine = machine;
        var handler = new SocketsHttpHandler { ConnectCallback = async (_, cancel) => await ConnectAsync(cancel) };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://engine"), Timeout = Shell.DefaultTimeout };
    }

    public async Task<bool> PingAsync(CancellationToken cancel = default)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/_ping", UriKind.Relative), cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>All containers, stopped ones included, or those with a label: "name" or "name=value".</summary>
    public async Task<IReadOnlyList<EngineContainer>> ContainersAsync(
        string? label = null, CancellationToken cancel = default)
    {
        var filters = label is null ? "{}" : JsonSerializer.Serialize(new { label = new[] { label } });
        var path = $"/containers/json?all=1&filters={Uri.EscapeDataString(filters)}";
        var list = await SendAsync(HttpMethod.Get, path, cancel: cancel);
        return [.. list.EnumerateArray().Select(EngineJson.ToListed)];
    }

    public async Task<EngineContainerDetails> InspectAsync(string container, CancellationToken cancel = default) =>
        EngineJson.ToDetails(await SendAsync(HttpMethod.Get, $"/containers/{container}/json", cancel: cancel));

    /// <summary>Creates and starts a container; returns its id.</summary>
    public async Task<string> RunAsync(
        string image, string? name = null, IReadOnlyDictionary<string, string>? labels = null,
        string restart = "no", CancellationToken cancel = default)
    {
        var body = new { Image = image, Labels = labels, HostConfig = new { RestartPolicy = new { Name = restart } } };
        var path = name is null ? "/containers/create" : $"/containers/create?name={name}";
        var created = await SendAsync(HttpMethod.Post, path, body, cancel);
        var id = created.GetProperty("Id").GetString()!;
        await SendAsync(HttpMethod.Post, $"/containers/{id}/start", cancel: cancel);
        return id;
    }

    public Task RemoveAsync(string container, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Delete, $"/containers/{container}?force=1&v=1", cancel: cancel);

    /// <summary>kill -9 of the container's main process behind the engine's back.</summary>
    public async Task KillMainProcessAsync(string container, CancellationToken cancel = default)
    {
        var pid = (await InspectAsync(container, cancel)).Pid;
        var main = _machine.Processes().FirstOrDefault(p => p.Pid == pid && pid != 0)
            ?? throw new LabException($"Container {container} does not run on {_machine}.");
        main.HostProcess.Signal(LinuxSignal.Kill);
    }

    public async Task LoadImagesAsync(string archive, CancellationToken cancel = default)
    {
        using var content = new StreamContent(File.OpenRead(archive));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var answer = await _http.PostAsync(new Uri("/images/load?quiet=1", UriKind.Relative), content, cancel);
        var progress = await ReadTextAsync(answer, cancel);   // the status is 200 before the outcome is known
        if (progress.Contains("errorDetail")) throw new LabException($"{archive} not loaded on {_machine}: {progress}");
    }

    /// <summary>Any call, for what has no method here; throws with the engine's own words unless it succeeds.</summary>
    public async Task<JsonElement> SendAsync(
        HttpMethod method, string path, object? body = null, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _http.SendAsync(request, cancel);
        return await ReadAsync(answer, cancel);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await ReadTextAsync(answer, cancel);
        var isJson = answer.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0;
        return isJson ? JsonElement.Parse(text) : default;
    }

    private async Task<string> ReadTextAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return answer.IsSuccessStatusCode
            ? text
            : throw new LabException($"The engine of {_machine} says {(int)answer.StatusCode}: {text.Trim()}");
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_machine.EngineSocketPath), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
