using System.Net;
using System.Net.Sockets;
using System.Text;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model;

namespace Orch.Tests.Manager.Security;

public sealed class JoinTests
{
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public JoinTests() => _cluster = new TestCluster(_clock);

    [Theory]
    [InlineData(PeerRole.Worker)]
    [InlineData(PeerRole.Manager)]
    public async Task A_machine_with_a_token_becomes_a_node_of_the_tokens_role(PeerRole role)
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var joined = Assert.IsType<JoinResult.Joined>(await JoinAsync(manager.Port, _cluster.Token(role)));
        Assert.Equal(role, joined.Identity.Role);
        Assert.Equal([$"127.0.0.1:{manager.Port}"], joined.Managers);
        var (identity, request) = Assert.Single(manager.Joined);
        Assert.Equal((joined.Identity, "host-a"), (identity, request.Hostname));
    }

    [Fact]
    public async Task What_was_joined_works_after_being_saved_and_loaded()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var joined = Assert.IsType<JoinResult.Joined>(await JoinAsync(manager.Port, _cluster.Token(PeerRole.Worker)));
        var root = Directory.CreateTempSubdirectory("orch-test-");
        try
        {
            var paths = new MachinePaths(root.FullName, root.FullName);
            NodeCredentials.Save(paths, joined.KeyPem, joined.CertificatePem, joined.RootPem);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(paths.NodeKey));
            var credentials = NodeCredentials.Load(paths, _clock);
            Assert.Equal(joined.Identity, credentials.Identity);
            using var client = manager.Client(credentials.Certificate);
            Assert.Equal("ok", await client.GetStringAsync(new Uri("/nodes/x", UriKind.Relative)));

            File.Delete(paths.NodeKey);
            Assert.Throws<InvalidDataException>(() => NodeCredentials.Load(paths, _clock));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_token_of_another_cluster_is_noticed_before_the_secret_leaves()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var other = new TestCluster(_clock, id: 8);
        var refused = Assert.IsType<JoinResult.Refused>(await JoinAsync(manager.Port, other.Token(PeerRole.Worker)));
        Assert.Contains("The secret was not sent", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_impostor_with_the_genuine_root_but_its_own_key_never_gets_the_secret()
    {
        // It relays the real root, as everybody can fetch that one, and terminates TLS itself.
        await AssertImpostorGetsNothingAsync(new TestCluster(_clock).Node(PeerRole.Manager), "cannot prove to be a manager");
    }

    [Fact]
    public async Task A_worker_that_poses_as_a_manager_never_gets_the_secret()
    {
        await AssertImpostorGetsNothingAsync(_cluster.Node(PeerRole.Worker, 4), "where a manager was expected");
    }

    [Fact]
    public async Task A_rotated_token_is_refused_in_words()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var token = _cluster.Token(PeerRole.Worker);
        _cluster.Secrets = _cluster.Secrets.Rotate(PeerRole.Worker);
        var refused = Assert.IsType<JoinResult.Refused>(await JoinAsync(manager.Port, token));
        Assert.StartsWith("invalid join token", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(manager.Joined);
    }

    [Fact]
    public async Task After_20_failed_joins_an_address_must_wait_a_minute()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var good = _cluster.Token(PeerRole.Worker);
        _cluster.Secrets = _cluster.Secrets.Rotate(PeerRole.Worker);
        var failures = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => JoinAsync(manager.Port, good)));
        Assert.All(failures, failure => Assert.False(Assert.IsType<JoinResult.Refused>(failure).MayRetry));
        var now = _cluster.Token(PeerRole.Worker);
        var refused = Assert.IsType<JoinResult.Refused>(await JoinAsync(manager.Port, now));
        Assert.Contains("too many failed joins", refused.Reason, StringComparison.Ordinal);
        Assert.True(refused.MayRetry);
        _clock.Offset = TimeSpan.FromSeconds(61);
        Assert.IsType<JoinResult.Joined>(await JoinAsync(manager.Port, now));
    }

    [Fact]
    public async Task The_clusters_own_refusal_reaches_the_user()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        manager.RefuseJoins = "the store is read-only";
        var refused = Assert.IsType<JoinResult.Refused>(await JoinAsync(manager.Port, _cluster.Token(PeerRole.Worker)));
        Assert.Equal("the store is read-only", refused.Reason);
    }

    [Fact]
    public async Task Bodies_that_are_no_join_requests_are_refused()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var client = manager.Client(null);
        foreach (var (body, status) in new[]
        {
            ("", 400), ("{}", 400), ("[]", 400), ("null", 400), ("{\"token\":null,\"csr\":\"\",\"hostname\":\"\"}", 400),
            ("{\"token\":\"x\",\"csr\":\"\",\"hostname\":\"\"}", 403), (new string('x', 33 * 1024), 413),
        })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri(JoinRoutes.Join, UriKind.Relative), content);
            Assert.Equal((body, status), (body, (int)response.StatusCode));
            Assert.StartsWith("{\"message\":", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_there_and_nobody_of_ours_are_clear_answers()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        var refused = Assert.IsType<JoinResult.Refused>(await JoinAsync(port, _cluster.Token(PeerRole.Worker)));
        Assert.True(refused.MayRetry);
        Assert.Contains($"127.0.0.1:{port}", refused.Reason, StringComparison.Ordinal);

        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var answering = AnswerAsync(stranger);
        refused = Assert.IsType<JoinResult.Refused>(
            await JoinAsync(((IPEndPoint)stranger.LocalEndpoint).Port, _cluster.Token(PeerRole.Worker)));
        Assert.Contains("cannot talk to", refused.Reason, StringComparison.Ordinal);
        await answering;
    }

    private static async Task AnswerAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync("SSH-2.0-OpenSSH\r\n"u8.ToArray());
        await client.GetStream().ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false);
    }

    private async Task AssertImpostorGetsNothingAsync(
        System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, string reason)
    {
        await using var impostor = await TestManager.StartAsync(_cluster, certificate);
        var refused = Assert.IsType<JoinResult.Refused>(await JoinAsync(impostor.Port, _cluster.Token(PeerRole.Manager)));
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Contains("The secret was not sent", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(impostor.Joined);
        Assert.Equal(0, impostor.JoinRequests);
    }

    private Task<JoinResult> JoinAsync(int port, string token) => new JoinClient(_clock).JoinAsync(
        "127.0.0.1", port, token,
        (text, csr) => new JoinRequest { Token = text, Csr = csr, Hostname = "host-a" });
}
