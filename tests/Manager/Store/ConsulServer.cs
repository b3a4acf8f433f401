using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>
/// A real Consul of its own for a class of tests, one server on this machine's loopback; it ends with this process, however that ends.
/// </summary>
public sealed class ConsulServer : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);
    private static readonly Lazy<(string? Program, string? Missing)> Found = new(Look);
    private readonly string _folder = Directory.CreateTempSubdirectory("orch-consul-").FullName;
    private readonly HttpClient _client = new();
    private readonly int[] _ports = FreePorts();
    private Process? _process;
    private int _prefixes;

    /// <summary>Why there is none here; null: there is.</summary>
    public static string? Missing => Found.Value.Missing;

    public static string? Program => Found.Value.Program;

    /// <summary>HOST:PORT of its HTTP API.</summary>
    public string Address => $"127.0.0.1:{_ports[0]}";

    public string NewPrefix() => $"orch/{Interlocked.Increment(ref _prefixes)}";

    public async Task InitializeAsync()
    {
        if (Missing is null)
            await StartAsync();
    }

    public async Task StartAsync()
    {
        var settings = $"ports {{ http = {_ports[0]} server = {_ports[1]} serf_lan = {_ports[2]} dns = -1 grpc = -1 serf_wan = -1 }} "
            + "disable_update_check = true performance { raft_multiplier = 1 } log_level = \"warn\"";
        var start = $"{Found.Value.Program} agent -server -bootstrap-expect=1 -bind=127.0.0.1 -node=test -data-dir={_folder}/data "
            + $"-hcl='{settings}' >>{_folder}/log 2>&1";
        _process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{start} & p=$!; read end; kill -9 $p; wait $p 2>/dev/null"])
        {
            RedirectStandardInput = true,
        })!;
        await Until.TrueAsync("Consul leads itself", async () =>
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"Consul ended: {await File.ReadAllTextAsync($"{_folder}/log")}");
            try
            {
                // It is elected, and has said so to its state: what is written before is refused.
                return (await _client.GetAsync($"http://{Address}/v1/kv/none?consistent")).StatusCode == HttpStatusCode.NotFound;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Longest);
    }

    /// <summary>SIGKILL; what was acknowledged is on its disk.</summary>
    public async Task KillAsync()
    {
        _process!.StandardInput.Close();
        using var limit = new CancellationTokenSource(Longest);
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
        _process = null;
    }

    public async Task<byte[]> GetAsync(string key) => await _client.GetByteArrayAsync($"http://{Address}/v1/kv/{key}?raw");

    public async Task PutAsync(string key, byte[] value) =>
        (await _client.PutAsync($"http://{Address}/v1/kv/{key}", new ByteArrayContent(value))).EnsureSuccessStatusCode();

    public async Task DeleteAsync(string key) => (await _client.DeleteAsync($"http://{Address}/v1/kv/{key}")).EnsureSuccessStatusCode();

    public async Task<string[]> KeysAsync(string prefix) =>
        await _client.GetAsync($"http://{Address}/v1/kv/{prefix}?keys") is { IsSuccessStatusCode: true } answer
            ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(key => key.GetString()!).ToArray() : [];

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static (string?, string?) Look()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "consul-root.sh");
        using var look = Process.Start(new ProcessStartInfo("sh", [script, "--look"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, why) = (look.StandardOutput.ReadToEnd().Trim(), look.StandardError.ReadToEnd().Trim());
        look.WaitForExit();
        return look.ExitCode == 0 ? (said, null) : (null, why);
    }

    /// <summary>Its HTTP port, and two for servers that do not come.</summary>
    private static int[] FreePorts()
    {
        var probes = Enumerable.Range(0, 3).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        probes.ForEach(probe => probe.Start());
        var ports = probes.ConvertAll(probe => ((IPEndPoint)probe.LocalEndpoint).Port);
        probes.ForEach(probe => probe.Dispose());
        return [.. ports];
    }
}
