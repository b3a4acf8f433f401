using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Security;

/// <summary>
/// How a node connects to a manager: with its own certificate, and only to a server whose certificate the cluster's CA
/// issued to a manager. Host names are not compared: the identity is the node's id, and addresses may change.
/// </summary>
public static class ClientTls
{
    public static SslClientAuthenticationOptions ToManager(NodeCredentials credentials) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = NoDownloads.Policy(),
        LocalCertificateSelectionCallback = (_, _, _, _, _) => credentials.Certificate,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate is X509Certificate2 leaf && IsManager(credentials.Trust, leaf, out _),
    };

    /// <summary>Refuses a worker that poses as a manager: its certificate is genuine, its role is not.</summary>
    public static bool IsManager(ClusterTrust trust, X509Certificate2 certificate, out string? error)
    {
        if (!trust.TryIdentifyServer(certificate, out var identity, out error)) return false;
        if (identity.Role != PeerRole.Manager) error = $"{identity} answered where a manager was expected";
        return error is null;
    }
}
