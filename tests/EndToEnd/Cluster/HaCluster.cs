using Orch.Tests.Manager.Store;

namespace Orch.Tests.EndToEnd.Cluster;

/// <summary>Three machines that are managers and run tasks, with their state in one PostgreSQL.</summary>
public sealed class HaCluster() : OrchCluster(3, "--live-restore")
{
    private readonly PostgresServer _server = new();

    public override async Task InitializeAsync()
    {
        if (Missing is null)
            await _server.InitializeAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>The server's socket is a file, which every machine of the lab sees: the store stays when networks are cut.</summary>
    protected override Task FoundAsync() =>
        Manager.InitAsync("--store", $"postgres://orch@/postgres?host={Uri.EscapeDataString(_server.Folder)}");

    protected override Task AddAsync(OrchMachine machine) => machine.JoinAsync(Manager, "manager");

    /// <summary>The machine whose manager says that it leads itself.</summary>
    public async Task<OrchMachine> LeaderAsync()
    {
        OrchMachine? leader = null;
        await Until.TrueAsync("somebody leads", async () =>
        {
            foreach (var machine in Machines)
            {
                if (await LeadsAsync(machine))
                    leader = machine;
            }
            return leader is not null;
        });
        return leader!;
    }

    public static async Task<bool> LeadsAsync(OrchMachine machine)
    {
        try
        {
            var status = await machine.Api.GetAsync("orch/v1/status?stale=true");
            return status.GetProperty("NodeID").GetString() == status.GetProperty("LeaderID").GetString();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return false;
        }
    }
}
