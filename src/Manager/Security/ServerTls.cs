using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Orch.Contracts.Security;

namespace Orch.Manager.Security;

/// <summary>
/// TLS of the manager's port. Client certificates are asked for and not judged here: a caller without one may join, and
/// a caller with a bad one is told what is wrong with it, which a failed handshake cannot do. Who somebody is gets
/// decided by <see cref="PeerConnections"/>, what they may do by <see cref="AccessMiddleware"/>.
/// </summary>
public static class ServerTls
{
    public static TlsHandshakeCallbackOptions Options(ServerCertificate certificate) => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(5),
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ClientCertificateRequired = true,
#pragma warning disable CA5359 // The handshake proves possession of the key; PeerConnections checks the certificate.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            CertificateChainPolicy = NoDownloads.Policy(),

            // A resumed session would carry an identity past the removal of its node.
            AllowTlsResume = false,
            AllowRenegotiation = false,
        }),
    };
}
