using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>
/// A real server of its own for a class of tests, on a socket in a temporary directory; it ends with this process, however that
/// ends. What it says is in its directory's log until then.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("orch-postgres-").FullName;
    private Process? _process;
    private int _schemas;

    public string Folder => _folder;

    public string ConnectionString => $"Host={_folder};Username=orch;Database=postgres";

    public string NewSchema() => string.Create(CultureInfo.InvariantCulture, $"orch_{Interlocked.Increment(ref _schemas)}");

    public async Task InitializeAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").FirstOrDefault(bin => File.Exists($"{bin}/postgres")) : null;
        if (programs is null)
            throw new InvalidOperationException("PostgreSQL's server is needed: apt-get install postgresql");

        // A server refuses to run as root.
        var drop = Environment.IsPrivilegedProcess ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : "";
        if (Environment.IsPrivilegedProcess)
            await RunAsync($"chown postgres {_folder}");
        await RunAsync($"{drop} {programs}/initdb -D {_folder}/data -U orch -A trust -N >{_folder}/initdb.log 2>&1");
        var start = $"{drop} {programs}/postgres -D {_folder}/data -k {_folder} -c listen_addresses= -c max_connections=200 >{_folder}/log 2>&1";
        _process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{start} & p=$!; read end; kill -INT $p; wait $p; rm -rf {_folder}"]) { RedirectStandardInput = true })!;
        await ReadyAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            NpgsqlConnection.ClearAllPools();
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(Longest);
            await _process.WaitForExitAsync(limit.Token);
            _process.Dispose();
        }
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs a statement as the server's owner.</summary>
    public async Task DoAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>STOP or CONT: all processes of the server stand still, or go on.</summary>
    public void Signal(string name)
    {
        var server = int.Parse(File.ReadLines($"{_folder}/data/postmaster.pid").First(), CultureInfo.InvariantCulture);
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(pid => int.TryParse(pid, out _) && ParentOf(pid!) == server);
        using var kill = Process.Start("kill", [$"-{name}", $"{server}", .. children.Select(pid => pid!)]);
        kill.WaitForExit(Longest);
    }

    private static int ParentOf(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;   // gone meanwhile
        }
    }

    private Task ReadyAsync() => Until.TrueAsync("the server answers", async () =>
    {
        try
        {
            await DoAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException) when (!_process!.HasExited)
        {
            return false;
        }
    }, Longest);

    private static async Task RunAsync(string command)
    {
        using var process = Process.Start("sh", ["-c", command]);
        using var limit = new CancellationTokenSource(Longest);
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, process.ExitCode);
    }
}
