using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Orch.Contracts.Security;

namespace Orch.Manager.Security;

/// <summary>Sets up listeners so that every request knows its <see cref="ConnectionPeer"/>.</summary>
public static class PeerConnections
{
    /// <summary>The control socket: its callers are local. A listener without this call has nobody local.</summary>
    public static void UseLocalSocket(this ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(ConnectionPeer.LocalSocket);
        return next(connection);
    });

    /// <summary>The cluster's port: limits, then TLS, then the identity out of the client's certificate.</summary>
    public static void UseClusterPort(
        this ListenOptions listen, ServerCertificate certificate, ClusterTrust trust, ConnectionGate gate)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => gate.GuardAsync(connection, next));
        listen.UseHttps(ServerTls.Options(certificate));
        listen.Use(next => connection =>
        {
            var peer = Identify(connection, trust);
            connection.Features.Set(peer);
            if (peer.Identity is not null) connection.Features.Get<GatePass>()?.Release();
            return next(connection);
        });
    }

    private static ConnectionPeer Identify(ConnectionContext connection, ClusterTrust trust)
    {
        var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (certificate is null) return ConnectionPeer.Nobody;
        return trust.TryIdentifyClient(certificate, out var identity, out var error)
            ? ConnectionPeer.Of(identity, certificate.NotAfter.ToUniversalTime())
            : ConnectionPeer.Unproven(error);
    }
}
