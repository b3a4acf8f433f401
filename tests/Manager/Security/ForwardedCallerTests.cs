using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

/// <summary>Requests that managers pass on: whose they are is believed of managers alone, and judged as their caller's own.</summary>
public sealed class ForwardedCallerTests
{
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public ForwardedCallerTests() => _cluster = new TestCluster(_clock);

    [Fact]
    public async Task What_a_manager_passes_on_is_judged_as_its_callers()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var sender = _cluster.Node(PeerRole.Manager, 3);
        using var client = manager.Client(sender);
        (string Caller, int ManagersOnly, int OperatorsOnly, int Nodes)[] table =
        [
            ("kind=LocalSocket", 403, 200, 403),
            (Named(PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(4), PeerRole.Manager)), 200, 403, 200),
            (Named(PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(5), PeerRole.Worker)), 403, 403, 200),
            (Named(PeerIdentity.OfAdmin(_cluster.Ca.Cluster, "ann")), 403, 200, 403),
            ("kind=Anonymous", 401, 401, 401),
        ];
        foreach (var (caller, managersOnly, operatorsOnly, nodes) in table)
        {
            Assert.Equal((caller, managersOnly, operatorsOnly, nodes), (caller, await StatusAsync(client, "/managers-only", caller),
                await StatusAsync(client, "/operators-only", caller), await StatusAsync(client, "/nodes/x", caller)));
        }
    }

    [Fact]
    public async Task Nobody_but_a_manager_speaks_for_others()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var worker = _cluster.Node(PeerRole.Worker, 2);
        using var admin = _cluster.Certificate(PeerIdentity.OfAdmin(_cluster.Ca.Cluster, "ann"));
        foreach (var client in new[] { manager.Client(worker), manager.Client(admin), manager.Client(null), manager.LocalClient() })
        {
            foreach (var path in new[] { "/managers-only", "/operators-only", "/nodes/x" })
                Assert.Equal(403, await StatusAsync(client, path, "kind=LocalSocket"));
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_manager_that_was_removed_or_whose_certificate_ended_speaks_for_nobody()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var sender = _cluster.Node(PeerRole.Manager, 3);
        using var client = manager.Client(sender);
        Assert.Equal(200, await StatusAsync(client, "/operators-only", "kind=LocalSocket"));
        manager.Removed.Add(new NodeId(3));
        Assert.Equal(403, await StatusAsync(client, "/operators-only", "kind=LocalSocket"));
        manager.Removed.Clear();
        _clock.Offset = TimeSpan.FromDays(91);
        Assert.Equal(403, await StatusAsync(client, "/operators-only", "kind=LocalSocket"));
    }

    [Fact]
    public async Task Callers_that_cannot_be_are_refused()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var sender = _cluster.Node(PeerRole.Manager, 3);
        using var client = manager.Client(sender);
        var worker = PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(5), PeerRole.Worker);
        foreach (var caller in new[]
        {
            "", "kind=", "kind=Everybody", "kind=TokenAdmin", "kind=LocalSocket, Manager", "kind=None", "nonsense",
            "kind=Admin", "kind=Admin&id=orch://x/admin/ann&until=99999999999", Named(worker, kind: "Manager"), Named(worker, kind: "Admin"),
            Named(PeerIdentity.OfAdmin(new ClusterId(8), "ann")), Named(PeerIdentity.OfAdmin(_cluster.Ca.Cluster, "ann"), until: "never"),
        })
            Assert.Equal((caller, 403), (caller, await StatusAsync(client, "/operators-only", caller)));

        // Whose own certificate has ended, or who was removed, is refused as anywhere.
        Assert.Equal(401, await StatusAsync(client, "/nodes/x", Named(worker, until: "1000")));
        manager.Removed.Add(worker.Node);
        Assert.Equal(401, await StatusAsync(client, "/nodes/x", Named(worker)));
    }

    [Fact]
    public void What_one_manager_writes_another_reads_and_nothing_of_the_header_is_left()
    {
        var admin = ConnectionPeer.Of(PeerIdentity.OfAdmin(_cluster.Ca.Cluster, "ann"), DateTimeOffset.FromUnixTimeSeconds(2_000_000_000));
        var sender = ConnectionPeer.Of(
            PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(3), PeerRole.Manager), DateTimeOffset.FromUnixTimeSeconds(2_000_000_000));
        foreach (var peer in new[] { admin, sender, ConnectionPeer.LocalSocket, ConnectionPeer.Nobody, ConnectionPeer.Unproven("it's & over") })
        {
            var there = new DefaultHttpContext();
            there.Features.Set(peer);
            there.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.9");
            var here = new DefaultHttpContext();
            here.Request.Headers[ForwardedCaller.Header] = ForwardedCaller.Describe(there);

            Assert.Equal(peer, ForwardedCaller.Take(here, sender));
            Assert.False(ForwardedCaller.IsNamed(here));
            Assert.Equal("192.0.2.9", $"{here.Connection.RemoteIpAddress}");
        }
    }

    private static string Named(PeerIdentity identity, string? kind = null, string until = "99999999999") =>
        $"kind={kind ?? $"{identity.Role}"}&id={Uri.EscapeDataString(identity.Uri)}&until={until}";

    private static async Task<int> StatusAsync(HttpClient client, string path, string caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(ForwardedCaller.Header, caller);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
