using System.Net;
using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Grpc.Client;
using Orch.Manager.Api;
using Orch.Manager.Security;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Security;

public sealed class AccessTests
{
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public AccessTests() => _cluster = new TestCluster(_clock);

    [Fact]
    public async Task Every_caller_reaches_exactly_what_the_table_says()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var worker = _cluster.Node(PeerRole.Worker, 2);
        using var other = _cluster.Node(PeerRole.Manager, 3);
        using var ann = _cluster.Certificate(PeerIdentity.OfAdmin(_cluster.Ca.Cluster, "ann"));
        (HttpClient Client, int ManagersOnly, int OperatorsOnly, int Nodes)[] table =
        [
            (manager.LocalClient(), 403, 200, 403),
            (manager.Client(other), 200, 403, 200),
            (manager.Client(worker), 403, 403, 200),
            (manager.Client(ann), 403, 200, 403),
            (manager.Client(null), 401, 401, 401),
        ];
        foreach (var (client, managersOnly, operatorsOnly, nodes) in table)
        {
            Assert.Equal(
                (managersOnly, operatorsOnly, nodes, 403, 404),
                (await StatusAsync(client, "/managers-only"), await StatusAsync(client, "/operators-only"),
                    await StatusAsync(client, "/nodes/x"), await StatusAsync(client, "/forgotten"),
                    await StatusAsync(client, "/nowhere")));
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_refusal_says_who_was_refused_and_who_would_not_be()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var certificate = _cluster.Node(PeerRole.Worker, 2);
        using var client = manager.Client(certificate);
        using var response = await client.GetAsync(new Uri("/managers-only", UriKind.Relative));
        Assert.Equal(
            $$"""{"message":"worker {{new NodeId(2)}} may not make this call; it is for: managers"}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Bad_certificates_are_told_what_is_wrong_with_them()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var forged = new TestCluster(_clock).Node(PeerRole.Manager);
        Assert.Contains("not issued by this cluster", await RefusalAsync(manager, forged), StringComparison.Ordinal);
        using var other = new TestCluster(_clock, id: 8).Node(PeerRole.Manager);
        Assert.Contains("not issued by this cluster", await RefusalAsync(manager, other), StringComparison.Ordinal);
        using var old = _cluster.Node(PeerRole.Manager);
        _clock.Offset = TimeSpan.FromDays(91);
        Assert.Contains("expired", await RefusalAsync(manager, old), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_expires_or_a_node_that_is_removed_loses_access_on_open_connections()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var certificate = _cluster.Node(PeerRole.Manager, 5);
        using var client = manager.Client(certificate);
        Assert.Equal(200, await StatusAsync(client, "/managers-only"));
        manager.Removed.Add(new NodeId(5));
        Assert.Equal(401, await StatusAsync(client, "/managers-only"));
        manager.Removed.Clear();
        Assert.Equal(200, await StatusAsync(client, "/managers-only"));
        _clock.Offset = TimeSpan.FromDays(91);
        Assert.Equal(401, await StatusAsync(client, "/managers-only"));
    }

    [Fact]
    public async Task A_refused_call_over_grpc_reads_as_a_grpc_status()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var worker = _cluster.Node(PeerRole.Worker, 2);
        using var other = _cluster.Node(PeerRole.Manager, 3);
        Assert.Equal([7], await CallAsync(manager, worker));
        var error = await Assert.ThrowsAsync<GrpcException>(() => CallAsync(manager, other));
        Assert.Equal(GrpcStatus.PermissionDenied, error.Status);
        Assert.Contains("workers", error.Message, StringComparison.Ordinal);
        manager.Removed.Add(new NodeId(2));
        error = await Assert.ThrowsAsync<GrpcException>(() => CallAsync(manager, worker));
        Assert.Equal(GrpcStatus.Unauthenticated, error.Status);
    }

    [Fact]
    public void Of_what_nodes_may_call_a_removed_one_may_only_open_a_session_to_be_told_so()
    {
        var open = ApiRoutes.Rules.Concat(JoinDesk.Rules).Append(SessionHub.Rule)
            .Where(rule => rule.Allowed != Callers.Everybody && rule.Allowed.HasFlag(Callers.RemovedNode));

        Assert.Equal([SessionHub.Rule], open);
    }

    [Fact]
    public async Task An_endpoint_without_a_rule_is_found()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        Assert.Equal(["GET /forgotten"], manager.Table.Uncovered(manager.Endpoints));
        Assert.Empty(manager.Table.Unused(manager.Endpoints));
        var table = new AccessTable([new("GET", "/typo", Callers.Operators)]);
        Assert.Equal(["GET /typo"], table.Unused(manager.Endpoints));
        Assert.Throws<ArgumentException>(() => new AccessTable(
            [new("GET", "/a", Callers.Operators), new("GET", "a/", Callers.Everybody)]));
    }

    private async Task<byte[]> CallAsync(TestManager manager, X509Certificate2 certificate)
    {
        var credentials = new NodeCredentials(certificate, _cluster.Ca.Trust);
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create(ClientTls.ToManager(credentials)));
        return await new GrpcChannel(invoker, manager.Address).UnaryAsync(TestManager.Session, [7]);
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (int)response.StatusCode;
    }

    private static async Task<string> RefusalAsync(TestManager manager, X509Certificate2 certificate)
    {
        using var client = manager.Client(certificate);
        using var response = await client.GetAsync(new Uri("/managers-only", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
