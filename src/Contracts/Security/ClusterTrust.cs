using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Orch.Core.Model;

namespace Orch.Contracts.Security;

/// <summary>
/// The cluster's CA as the only authority: checks that a certificate was issued by it, is valid now and names a peer of
/// this cluster. Knows nothing of the machine's own trust store and fetches nothing. Safe for concurrent use.
/// </summary>
public sealed class ClusterTrust(X509Certificate2 root, ClusterId cluster, TimeProvider clock)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public X509Certificate2 Root => root;

    public ClusterId Cluster => cluster;

    /// <summary>The trust in a root whose digest is already known to be right; the root names its cluster.</summary>
    public static ClusterTrust? FromRoot(X509Certificate2 root, TimeProvider clock) =>
        RootCertificate.ClusterOf(root) is { } cluster ? new ClusterTrust(root, cluster, clock) : null;

    /// <summary>Checks the certificate of a server. <paramref name="error"/> says what is wrong with it.</summary>
    public bool TryIdentifyServer(
        X509Certificate2 certificate,
        [NotNullWhen(true)] out PeerIdentity? identity,
        [NotNullWhen(false)] out string? error) =>
        TryIdentify(certificate, ServerAuthentication, out identity, out error);

    /// <summary>Checks the certificate of a client. <paramref name="error"/> says what is wrong with it.</summary>
    public bool TryIdentifyClient(
        X509Certificate2 certificate,
        [NotNullWhen(true)] out PeerIdentity? identity,
        [NotNullWhen(false)] out string? error) =>
        TryIdentify(certificate, ClientAuthentication, out identity, out error);

    private bool TryIdentify(
        X509Certificate2 certificate,
        string usage,
        [NotNullWhen(true)] out PeerIdentity? identity,
        [NotNullWhen(false)] out string? error)
    {
        identity = null;
        error = ChainProblem(certificate, usage);
        if (error is not null) return false;
        identity = PeerCertificate.Identify(certificate);
        if (identity is null)
            error = "the certificate names no peer of a cluster";
        else if (identity.Cluster != cluster)
            (identity, error) = (null, "the certificate belongs to another cluster");
        return error is null;
    }

    private string? ChainProblem(X509Certificate2 certificate, string usage)
    {
        // Looked at first, because "expired" is what a user can act on and the chain reports everything at once.
        var now = clock.GetUtcNow();
        if (now > certificate.NotAfter.ToUniversalTime())
            return $"the certificate expired at {certificate.NotAfter.ToUniversalTime():u}";
        if (now < certificate.NotBefore.ToUniversalTime())
            return $"the certificate is not valid before {certificate.NotBefore.ToUniversalTime():u}; are the clocks set?";

        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(root);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = now.UtcDateTime;
        policy.ApplicationPolicy.Add(new(usage));
        var trusted = chain.Build(certificate);
        var problem = trusted ? null : chain.ChainStatus.FirstOrDefault().StatusInformation;
        foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        return trusted ? null : $"the certificate was not issued by this cluster's CA ({problem?.Trim()})";
    }
}
