using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Manager.Security;
using Orch.Manager.Store;
using Orch.Manager.Writing;
using Orch.Testing;
using Orch.Tests.Manager.Store;
using NodeKey = Orch.Contracts.Security.NodeKey;

namespace Orch.Tests.Manager.Leadership;

/// <summary>Three managers in processes of their own over one real PostgreSQL. Whoever stops one starts it again.</summary>
public sealed class ManagerTrio : IAsyncLifetime
{
    internal PostgresServer Server { get; } = new();

    internal IReadOnlyList<ManagerMachine> Machines { get; } = [new(), new(), new()];

    public async Task InitializeAsync()
    {
        await Server.InitializeAsync();
        var store = $"postgres://orch@/postgres?host={Uri.EscapeDataString(Server.Folder)}&schema={Server.NewSchema()}";
        var first = Machines[0];
        first.Start("--bootstrap", "--advertise-addr", "127.0.0.1", "--store", store);
        await first.GetAsync("/orch/v1/status");
        first.Signal("TERM");
        Assert.Equal(0, await first.ExitAsync());
        await AddAsync();
        foreach (var machine in Machines)
            machine.Start();
        await LeaderAsync();
    }

    /// <summary>The one whose own view of itself is the leader's.</summary>
    internal async Task<ManagerMachine> LeaderAsync(ManagerMachine? but = null)
    {
        ManagerMachine? leader = null;
        await Until.TrueAsync("somebody leads", async () =>
        {
            foreach (var machine in Machines.Where(machine => machine != but))
            {
                if (await StandingAsync(machine) == (true, true))
                    leader = machine;
            }
            return leader is not null;
        }, TimeSpan.FromSeconds(60));
        return leader!;
    }

    /// <summary>Whether it answers by itself, and as the leader.</summary>
    internal static async Task<(bool Answers, bool Leads)> StandingAsync(ManagerMachine machine)
    {
        if (await machine.TryGetAsync("/orch/v1/status?stale=true") is not { } status)
            return (false, false);
        return (true, Text(status, "NodeID") == Text(status, "LeaderID"));

        static string Text(JsonElement status, string name) => status.GetProperty(name).GetString()!;
    }

    /// <summary>All answer, one of them as the leader.</summary>
    internal Task SettledAsync() => Until.TrueAsync("all managers answer and one leads", async () =>
    {
        var standings = await Task.WhenAll(Machines.Select(StandingAsync));
        return standings.All(one => one.Answers) && standings.Count(one => one.Leads) == 1;
    }, TimeSpan.FromSeconds(60));

    /// <summary>What the managers said of leadership, oldest first.</summary>
    internal IEnumerable<string> Story() => Machines
        .SelectMany(machine => File.ReadAllLines(machine.LogFile).Select(line => (machine.Port, line)))
        .Where(said => said.line.Contains("Leadership", StringComparison.Ordinal) || said.line.Contains("listening", StringComparison.Ordinal))
        .OrderBy(said => said.line, StringComparer.Ordinal).Select(said => $"{said.Port} {said.line}");

    public async Task DisposeAsync()
    {
        foreach (var machine in Machines)
            await machine.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>What joining does: the other two get the keys, a certificate and a place in the state.</summary>
    private async Task AddAsync()
    {
        var first = Machines[0].Paths;
        var address = StoreFile.Load(first.StoreFile)!;
        using var cipher = KeyRing.Load(Path.Combine(first.ManagerDir, "keys")).CreateCipher();
        await using var log = EventLogs.Open(address, new EventLogOptions { ManagerDir = first.ManagerDir, Cipher = cipher });
        var head = await log.OpenAsync();
        var won = Assert.IsType<CampaignResult.Won>(await log.CampaignAsync(head.Leader.Epoch, new("test", "test")));
        var next = 7_000_000UL;
        var store = new ClusterStore(
            await Replay.RunAsync(log), won.Epoch, log, TimeProvider.System, () => (UInt128)next++ << 64, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = store.RunAsync(stop.Token);
        var secrets = ClusterSecrets.Open(store.Current.Cluster!.SecretsSealed!, cipher);
        using var ca = ClusterCa.FromPem(secrets.RootPem, secrets.KeyPem, TimeProvider.System);
        foreach (var machine in Machines.Skip(1))
        {
            var node = new NodeId((UInt128)next++ << 64);
            await store.ExecuteAsync(new JoinNode(node, NodeRole.Manager, $"m{machine.Port}", "127.0.0.1", machine.Address));
            Prepare(machine, node, ca, first);
        }
        await stop.CancelAsync();
        await Record.ExceptionAsync(() => running);
        await log.ResignAsync(won.Epoch);
    }

    private static void Prepare(ManagerMachine machine, NodeId node, ClusterCa ca, MachinePaths first)
    {
        using var key = NodeKey.Create();
        var issued = Assert.IsType<IssueResult.Issued>(ca.Issue(
            key.CreateSigningRequest(), PeerIdentity.OfNode(ca.Cluster, node, PeerRole.Manager), ["localhost", "127.0.0.1"]));
        Directory.CreateDirectory(machine.Paths.ManagerDir);
        foreach (var name in new[] { "keys", "store" })
            File.Copy(Path.Combine(first.ManagerDir, name), Path.Combine(machine.Paths.ManagerDir, name));
        NodeCredentials.Save(machine.Paths, key.ExportPem(), issued.CertificatePem, ca.RootPem);
        new MachineConfig
        {
            NodeId = node,
            ClusterId = ca.Cluster,
            Role = NodeRole.Manager,
            Managers = [machine.Address],
            AdvertiseAddr = "127.0.0.1",
            Listen = machine.Address,
        }.Save(machine.Paths.NodeFile);
    }
}
