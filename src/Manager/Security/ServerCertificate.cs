using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Manager.Security;

/// <summary>
/// The certificate the manager shows. Replacing it affects new connections only; the listener and the connections that
/// stand keep what they have, which is why the old certificate is never disposed here.
/// </summary>
public sealed class ServerCertificate(X509Certificate2 certificate)
{
    private SslStreamCertificateContext _context = Prepare(certificate);

    public SslStreamCertificateContext Context => Volatile.Read(ref _context);

    public void Replace(X509Certificate2 certificate) => Volatile.Write(ref _context, Prepare(certificate));

    // Offline: the default would try to fetch issuers and revocation answers from the network.
    private static SslStreamCertificateContext Prepare(X509Certificate2 certificate) =>
        SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
}
