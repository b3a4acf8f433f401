using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Security;

/// <summary>
/// The chain policy of TLS handshakes. The platform builds a chain before it asks our own check, and would by default
/// fetch issuers from addresses that the stranger's certificate names.
/// </summary>
public static class NoDownloads
{
    public static X509ChainPolicy Policy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };
}
