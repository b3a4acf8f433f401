using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

/// <summary>Keys and store's password go to managers, and to nobody else.</summary>
public sealed class BundleTests
{
    private const string Store = "postgres://orch:secret@10.0.0.9:5432/orch";
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public BundleTests() => _cluster = new TestCluster(_clock);

    [Fact]
    public async Task A_machine_that_became_a_manager_gets_keys_and_store()
    {
        await using var manager = await ManagerAsync();
        var (bundle, problem) = await AskAsync(manager, PeerRole.Manager);
        Assert.Null(problem);
        Assert.Equal(File.ReadAllText(manager.ManagerFiles.KeyFile), bundle!.Keys);
        Assert.Equal(Store, bundle.Store);
        Assert.DoesNotContain("secret@", bundle.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_Consul_is_beside_the_managers_it_gets_what_a_further_server_needs()
    {
        await using var manager = await ManagerAsync();
        var consul = EmbeddedConsul.Create(4711, _clock);
        consul.Install(manager.ManagerFiles, "127.0.0.1", founds: true);
        var (bundle, problem) = await AskAsync(manager, PeerRole.Manager);
        Assert.Null(problem);
        Assert.Equal((consul.GossipKey, consul.CaKeyPem, 4711), (bundle!.Consul!.GossipKey, bundle.Consul.CaKeyPem, bundle.Consul.Port));
    }

    [Fact]
    public async Task A_worker_an_operator_and_a_stranger_get_nothing()
    {
        await using var manager = await ManagerAsync();
        var (bundle, problem) = await AskAsync(manager, PeerRole.Worker);
        Assert.Null(bundle);
        Assert.Contains("may not make this call", problem, StringComparison.Ordinal);
        using var stranger = manager.Client(null);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await stranger.GetAsync(JoinRoutes.ManagerBundle)).StatusCode);
        using var local = manager.LocalClient();
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await local.GetAsync(JoinRoutes.ManagerBundle)).StatusCode);
    }

    [Fact]
    public async Task A_removed_manager_gets_nothing()
    {
        await using var manager = await ManagerAsync();
        manager.Removed.Add(PeerCertificate.Identify(_cluster.Node(PeerRole.Manager, 7))!.Node);
        var (bundle, problem) = await AskAsync(manager, PeerRole.Manager);
        Assert.Null(bundle);
        Assert.Contains("was removed from the cluster", problem, StringComparison.Ordinal);
    }

    private async Task<TestManager> ManagerAsync()
    {
        var manager = await TestManager.StartAsync(_cluster);
        Directory.CreateDirectory(manager.ManagerFiles.ManagerDir);
        KeyRing.Create().Save(manager.ManagerFiles.KeyFile);
        StoreFile.Save(manager.ManagerFiles.StoreFile, StoreAddress.Parse(Store));
        return manager;
    }

    private Task<(ManagerBundle? Bundle, string? Problem)> AskAsync(TestManager manager, PeerRole role)
    {
        var credentials = new NodeCredentials(_cluster.Node(role, 7), ClusterTrust.FromRoot(_cluster.Ca.Root, _clock)!);
        return new ManagerBundleClient(credentials, TimeProvider.System).GetAsync($"127.0.0.1:{manager.Port}");
    }
}
