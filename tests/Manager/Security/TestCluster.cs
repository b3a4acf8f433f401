using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

/// <summary>A cluster's keys, and certificates for whoever a test needs.</summary>
internal sealed class TestCluster
{
    public TestCluster(TimeProvider? clock = null, ulong id = 7)
    {
        Clock = clock ?? TimeProvider.System;
        Ca = ClusterCa.Create(new ClusterId(id), Clock);
        Secrets = JoinSecrets.Create();
    }

    public TimeProvider Clock { get; }

    public ClusterCa Ca { get; }

    public JoinSecrets Secrets { get; set; }

    public string Token(PeerRole role) => Secrets.TokenOf(role, Ca.Root).Format();

    public X509Certificate2 Node(PeerRole role, ulong id = 1) =>
        Certificate(PeerIdentity.OfNode(Ca.Cluster, new NodeId(id), role));

    public X509Certificate2 Certificate(PeerIdentity identity)
    {
        using var key = NodeKey.Create();
        var issued = Assert.IsType<IssueResult.Issued>(Ca.Issue(key.CreateSigningRequest(), identity, ["127.0.0.1"]));
        return X509Certificate2.CreateFromPem(issued.CertificatePem, key.ExportPem());
    }

    /// <summary>Signed by this CA, but with whatever a test puts in: what a bug or a stolen CA key would produce.</summary>
    public X509Certificate2 Odd(string subject, Action<CertificateRequest> extend)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], critical: false));
        extend(request);
        using var root = X509Certificate2.CreateFromPem(Ca.RootPem, Ca.ExportKeyPem());
        var now = Clock.GetUtcNow();
        using var bare = request.Create(root, now, now.AddDays(1), [0x42]);
        return bare.CopyWithPrivateKey(key);
    }
}
