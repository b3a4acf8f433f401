namespace Orch.Tests.EndToEnd.HighAvailability;

/// <summary>A machine of the lab that runs nothing but a PostgreSQL server, for the managers on the others. Ends with the machine.</summary>
public sealed class PostgresMachine(LabMachine machine) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orch-postgres-");
    private MachineProcess? _server;

    /// <summary>As `orch init --store` takes it.</summary>
    public string Store => $"postgres://orch:never-in-the-clear@{machine.Address}/postgres";

    public async Task StartAsync()
    {
        var programs = Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").First(bin => File.Exists($"{bin}/postgres"));
        const string Drop = "setpriv --reuid=postgres --regid=postgres --clear-groups";
        if (_server is null)
        {
            (await machine.ExecAsync("sh", "-ec", $"chown postgres {_folder.FullName}; "
                + $"{Drop} {programs}/initdb -D {_folder.FullName}/data -U orch -A trust -N; "
                + $"echo 'host all all 0.0.0.0/0 trust' >> {_folder.FullName}/data/pg_hba.conf")).EnsureSuccess();
        }
        _server = await machine.StartAsync("sh", "-c",
            $"exec {Drop} {programs}/postgres -D {_folder.FullName}/data -k {_folder.FullName} -c listen_addresses='*' -c max_connections=200");
        await Until.TrueAsync("the server answers", async () =>
            (await machine.ExecAsync($"{programs}/pg_isready", "-q", "-h", machine.Address)).ExitCode == 0);
    }

    /// <summary>As after a crash of the server: it recovers when it starts again.</summary>
    public Task KillAsync() => _server!.KillAsync();

    public void Dispose() => _folder.Delete(recursive: true);
}
