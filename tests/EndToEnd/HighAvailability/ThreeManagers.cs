using System.Text.Json;

namespace Orch.Tests.EndToEnd.HighAvailability;

/// <summary>Three machines, each a manager that runs tasks, too, and a fourth that has their store: made as the documentation says.</summary>
public sealed class ThreeManagers() : LabFixture(new LabOptions { Machines = 4, EngineArgs = ["--live-restore"] })
{
    private PostgresMachine? _postgres;

    public IReadOnlyList<OrchMachine> Managers { get; private set; } = [];

    public PostgresMachine Postgres => _postgres!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is not null)
            return;
        Managers = [.. Lab.Machines.Take(3).Select(machine => new OrchMachine(machine))];
        _postgres = new PostgresMachine(Lab.Machines[3]);
        await _postgres.StartAsync();
        await Managers[0].OkAsync("init", "--advertise-addr", Managers[0].Machine.Address, "--store", _postgres.Store);
        foreach (var manager in Managers.Skip(1))
            await JoinAsync(manager);
    }

    private async Task JoinAsync(OrchMachine manager)
    {
        var token = (await Managers[0].OkAsync("token", "manager", "-q")).Trim();
        await manager.OkAsync("join", "--token", token, "--advertise-addr", manager.Machine.Address, Managers[0].Machine.Address);
    }

    /// <summary>The one that leads, as every manager that is asked says; waits until they agree.</summary>
    public async Task<OrchMachine> LeaderAsync(params OrchMachine[] butNot)
    {
        var asked = Managers.Except(butNot).ToList();
        HashSet<string> leaders = [];
        await Until.TrueAsync("all managers name one leader", async () =>
        {
            leaders = [];
            foreach (var manager in asked)
                leaders.UnionWith(await LeadersAsync(manager));
            return leaders.Count == 1 && asked.Exists(manager => manager.Machine.Name == leaders.First());
        });
        return asked.Single(manager => manager.Machine.Name == leaders.First());
    }

    /// <summary>None, as one that no leader is, where the manager does not answer now.</summary>
    private static async Task<IReadOnlyList<string>> LeadersAsync(OrchMachine manager)
    {
        try
        {
            return [.. (await manager.Api.GetAsync("nodes")).EnumerateArray().Where(IsLeader)
                .Select(node => node.GetProperty("Description").GetProperty("Hostname").GetString()!)];
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return ["nobody"];
        }
    }

    private static bool IsLeader(JsonElement node) => node.TryGetProperty("ManagerStatus", out var status)
        && status.ValueKind == JsonValueKind.Object && status.TryGetProperty("Leader", out var leader) && leader.GetBoolean();

    public override async Task DisposeAsync()
    {
        foreach (var manager in Managers)
            manager.Dispose();
        await base.DisposeAsync();
        _postgres?.Dispose();
    }
}
