using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;
using Orch.Core.Model;

namespace Orch.Tests.Manager.Security;

public sealed class TrustTests
{
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public TrustTests() => _cluster = new TestCluster(_clock);

    [Fact]
    public void An_expired_certificate_is_refused_and_named_so()
    {
        using var certificate = _cluster.Node(PeerRole.Worker);
        _clock.Offset = TimeSpan.FromDays(91);
        Assert.Contains("expired", Refusal(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_the_future_is_refused()
    {
        using var certificate = _cluster.Node(PeerRole.Worker);
        _clock.Offset = TimeSpan.FromHours(-2);
        Assert.Contains("not valid before", Refusal(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_certificate_is_refused_even_with_every_name_right()
    {
        // The same cluster id and so the same names, but another key.
        var forger = new TestCluster(_clock);
        using var certificate = forger.Node(PeerRole.Manager);
        Assert.NotNull(PeerCertificate.Identify(certificate));
        Assert.Contains("not issued by this cluster's CA", Refusal(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_of_another_cluster_is_refused()
    {
        using var certificate = new TestCluster(_clock, id: 8).Node(PeerRole.Manager);
        Assert.Contains("not issued by this cluster's CA", Refusal(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_certificate_cannot_issue_others()
    {
        using var worker = _cluster.Node(PeerRole.Worker);
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new CertificateRequest(
            PeerCertificate.Subject(PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(9), PeerRole.Manager)),
            key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var signer = X509SignatureGenerator.CreateForECDsa(worker.GetECDsaPrivateKey()!);
        using var certificate = request.Create(
            worker.SubjectName, signer, _clock.GetUtcNow(), _clock.GetUtcNow().AddDays(1), [1]);
        Assert.NotEmpty(Refusal(certificate));
    }

    [Fact]
    public void A_certificate_that_tells_two_stories_is_refused()
    {
        var cluster = _cluster.Ca.Cluster;
        var node = new NodeId(1);
        var subject = $"CN={node}, OU=orch-worker, O={cluster}";
        var uri = $"orch://{cluster}/node/{node}/worker";
        using (var honest = _cluster.Odd(subject, request => Names(request, uri))) Assert.Null(RefusalOrNull(honest));

        (string Subject, string[] Uris)[] odd =
        [
            (subject, [$"orch://{cluster}/node/{node}/manager"]),
            (subject, [uri, $"orch://{cluster}/node/{node}/manager"]),
            (subject, []),
            (subject, [uri + "/"]),
            (subject, [uri + "?x"]),
            (subject, [$"orch://{cluster}/node/{new NodeId(2)}/worker"]),
            (subject, [$"orch://{new ClusterId(9)}/node/{node}/worker"]),
            ($"CN={node}, OU=orch-manager, O={cluster}", [uri]),
            ($"CN={node}, OU=orch-manager, OU=orch-worker, O={cluster}", [uri]),
            ($"CN={node}, O={cluster}", [uri]),
            ($"CN={cluster}, OU=orch-worker, O={node}", [uri]),
        ];
        foreach (var (name, uris) in odd)
        {
            using var certificate = _cluster.Odd(name, request => Names(request, uris));
            Assert.Contains("names no peer", Refusal(certificate), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_worker_is_not_accepted_as_the_manager_to_talk_to()
    {
        using var worker = _cluster.Node(PeerRole.Worker);
        using var manager = _cluster.Node(PeerRole.Manager);
        Assert.True(ClientTls.IsManager(_cluster.Ca.Trust, manager, out _));
        Assert.False(ClientTls.IsManager(_cluster.Ca.Trust, worker, out var error));
        Assert.Contains("where a manager was expected", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_admin_cannot_pose_as_a_server()
    {
        using var admin = _cluster.Certificate(PeerIdentity.OfAdmin(_cluster.Ca.Cluster, "ann"));
        Assert.Null(RefusalOrNull(admin));
        Assert.False(_cluster.Ca.Trust.TryIdentifyServer(admin, out _, out _));
    }

    private static void Names(CertificateRequest request, params string[] uris)
    {
        request.CertificateExtensions.Add(PeerCertificate.Names(uris, ["localhost"]));
    }

    private string Refusal(X509Certificate2 certificate)
    {
        var error = RefusalOrNull(certificate);
        Assert.NotNull(error);
        return error;
    }

    private string? RefusalOrNull(X509Certificate2 certificate) =>
        _cluster.Ca.Trust.TryIdentifyClient(certificate, out _, out var error) ? null : error;
}
