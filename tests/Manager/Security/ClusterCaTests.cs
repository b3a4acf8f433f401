using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

public sealed class ClusterCaTests
{
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public ClusterCaTests() => _cluster = new TestCluster(_clock);

    [Fact]
    public void A_node_certificate_says_who_the_node_is()
    {
        using var certificate = _cluster.Node(PeerRole.Worker, 42);
        var id = new NodeId(42);
        Assert.Equal($"CN={id}, OU=orch-worker, O={_cluster.Ca.Cluster}", certificate.Subject);
        Assert.True(_cluster.Ca.Trust.TryIdentifyClient(certificate, out var identity, out var error), error);
        Assert.Equal((PeerRole.Worker, id), (identity.Role, identity.Node));
        Assert.Equal($"orch://{_cluster.Ca.Cluster}/node/{id}/worker", identity.Uri);
    }

    [Fact]
    public void Dates_reach_back_an_hour_and_forward_90_days_and_20_years()
    {
        using var certificate = _cluster.Node(PeerRole.Worker);
        var now = _clock.GetUtcNow().UtcDateTime;
        Assert.InRange(now - certificate.NotBefore.ToUniversalTime(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        Assert.InRange((certificate.NotAfter.ToUniversalTime() - now).TotalDays, 89.9, 90.1);
        Assert.InRange((_cluster.Ca.Root.NotAfter.ToUniversalTime() - now).TotalDays, 365 * 20, 365 * 20 + 6);
    }

    [Fact]
    public void Nothing_but_the_key_is_taken_from_a_request()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var greedy = new CertificateRequest("CN=root, OU=orch-manager", key, HashAlgorithmName.SHA256);
        greedy.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("bank.example");
        greedy.CertificateExtensions.Add(names.Build());
        var worker = PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(3), PeerRole.Worker);

        var issued = Assert.IsType<IssueResult.Issued>(_cluster.Ca.Issue(greedy.CreateSigningRequestPem(), worker));
        using var certificate = X509Certificate2.CreateFromPem(issued.CertificatePem);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.False(certificate.MatchesHostname("bank.example"));
        Assert.Equal(worker, PeerCertificate.Identify(certificate));
    }

    [Fact]
    public void A_tampered_request_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        var identity = PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(3), PeerRole.Worker);
        for (var at = 0; at < request.Length; at++)
        {
            var tampered = request.ToArray();
            tampered[at] ^= 1;
            var pem = PemEncoding.WriteString("CERTIFICATE REQUEST", tampered);
            Assert.IsType<IssueResult.Refused>(_cluster.Ca.Issue(pem, identity));
        }
    }

    [Fact]
    public void Other_keys_and_garbage_are_refused()
    {
        var identity = PeerIdentity.OfNode(_cluster.Ca.Cluster, new NodeId(3), PeerRole.Worker);
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var pem in new[]
        {
            "", "garbage", new string('x', 100_000),
            new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSigningRequestPem(),
            new CertificateRequest("CN=a", p384, HashAlgorithmName.SHA384).CreateSigningRequestPem(),
        })
            Assert.NotEmpty(Assert.IsType<IssueResult.Refused>(_cluster.Ca.Issue(pem, identity)).Reason);
    }

    [Fact]
    public void Only_managers_get_host_names()
    {
        using var manager = _cluster.Node(PeerRole.Manager);
        using var worker = _cluster.Node(PeerRole.Worker);
        Assert.True(manager.MatchesHostname("127.0.0.1"));
        Assert.False(worker.MatchesHostname("127.0.0.1"));
    }

    [Fact]
    public void The_ca_comes_back_from_its_files()
    {
        using var again = ClusterCa.FromPem(_cluster.Ca.RootPem, _cluster.Ca.ExportKeyPem(), _clock);
        Assert.Equal(_cluster.Ca.Cluster, again.Cluster);
        using var certificate = _cluster.Node(PeerRole.Worker);
        Assert.True(again.Trust.TryIdentifyClient(certificate, out _, out _));

        var other = new TestCluster(_clock);
        Assert.Throws<InvalidDataException>(
            () => ClusterCa.FromPem(_cluster.Ca.RootPem, other.Ca.ExportKeyPem(), _clock));
        Assert.Throws<InvalidDataException>(() => ClusterCa.FromPem("", "", _clock));
    }
}
