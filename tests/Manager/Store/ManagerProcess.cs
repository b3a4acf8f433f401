using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>A manager as its own process, with directories of its own, asked over its control socket.</summary>
internal sealed class ManagerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orch-manager-");
    private readonly HttpClient _client;
    private Process? _process;
    private Task<string>? _said;

    public ManagerProcess()
    {
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "orch.sock")), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://orch"), Timeout = Longest };
    }

    public string Folder => _folder.FullName;

    public void Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "orch-manager.dll"), "--data-root", Folder, "--run-dir", Folder,
            "--listen", $"127.0.0.1:{FreePort()}", "--engine", $"unix://{Folder}/none", .. arguments,
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        _said = Task.WhenAll(_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync())
            .ContinueWith(both => string.Concat(both.Result), TaskScheduler.Default);
    }

    public async Task<JsonElement> StatusAsync()
    {
        JsonElement status = default;
        await Until.TrueAsync("the manager answers", async () =>
        {
            if (_process!.HasExited)
                throw new InvalidOperationException($"the manager ended with {_process.ExitCode}: {await _said!}");
            try
            {
                status = await _client.GetFromJsonAsync<JsonElement>("/orch/v1/status");
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Longest);
        return status;
    }

    public async Task CreateServiceAsync(string name)
    {
        var spec = new { Name = name, TaskTemplate = new { ContainerSpec = new { Image = "busybox" } }, Mode = new { Replicated = new { Replicas = 1 } } };
        using var answer = await _client.PostAsJsonAsync("/services/create", spec);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    public async Task<IEnumerable<string?>> ServicesAsync() =>
        [.. (await _client.GetFromJsonAsync<JsonElement>("/services")).EnumerateArray().Select(s => s.GetProperty("Spec").GetProperty("Name").GetString())];

    public async Task KillAsync()
    {
        _process!.Kill();
        await ExitAsync();
    }

    /// <summary>Waits for its end: the exit code and all it said.</summary>
    public async Task<(int Code, string Said)> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Longest);
        await _process!.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, await _said!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
