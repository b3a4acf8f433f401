using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Orch.Contracts.Machine;
using Orch.Testing;

namespace Orch.Tests.Manager.Leadership;

/// <summary>A manager's machine: its directories and its port stay, its process comes and goes.</summary>
internal sealed class ManagerMachine : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orch-trio-");
    private Process? _process;
    private Task _said = Task.CompletedTask;

    public ManagerMachine()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        Http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => DialAsync(cancellation) })
        {
            BaseAddress = new Uri("http://orch"),
            Timeout = Longest,
        };
    }

    public int Port { get; }
    public string Address => $"127.0.0.1:{Port}";
    public HttpClient Http { get; }
    public MachinePaths Paths => new(_folder.FullName, _folder.FullName);
    public string LogFile => Path.Combine(_folder.FullName, "said");

    public void Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "orch-manager.dll"), "--data-root", _folder.FullName,
            "--run-dir", _folder.FullName, "--listen", Address, "--engine", $"unix://{_folder.FullName}/none", .. arguments,
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_TieredPGO"] = "0";
        var process = _process = Process.Start(start)!;
        _said = Task.WhenAll(KeepAsync(process.StandardOutput), KeepAsync(process.StandardError));
    }

    public void Kill() => _process!.Kill();

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit(Longest);
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Longest);
        await _process!.WaitForExitAsync(limit.Token);
        await _said;
        return _process.ExitCode;
    }

    /// <summary>What the cluster says through this manager; null while nobody answers.</summary>
    public async Task<JsonElement?> TryGetAsync(string path)
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"the manager ended with {_process.ExitCode}: {await File.ReadAllTextAsync(LogFile)}");
        try
        {
            return await Http.GetFromJsonAsync<JsonElement>(path);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        JsonElement? found = null;
        await Until.TrueAsync($"{path} is answered", async () => (found = await TryGetAsync(path)) is not null, Longest);
        return found!.Value;
    }

    public async Task<IReadOnlyList<string>> ServicesAsync(string query = "") =>
        [.. (await GetAsync("/services" + query)).EnumerateArray().Select(s => s.GetProperty("Spec").GetProperty("Name").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Kill();
            await ExitAsync();
        }
        _process?.Dispose();
        Http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async ValueTask<Stream> DialAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Paths.ControlSocket), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task KeepAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (_folder)
                File.AppendAllText(LogFile, line + "\n");
        }
    }
}
