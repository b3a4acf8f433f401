using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Orch.Grpc.Client;

/// <summary>
/// The connection settings gRPC needs. The pings notice a peer that froze or vanished without closing, which an idle
/// stream otherwise never would; more connections are opened when one has no free stream left.
/// </summary>
public static class GrpcHandler
{
    public static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromSeconds(2);

    public static SocketsHttpHandler Create(SslClientAuthenticationOptions? tls = null, TimeSpan? keepAlive = null)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = keepAlive ?? DefaultKeepAlive,
            KeepAlivePingTimeout = keepAlive ?? DefaultKeepAlive,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, cancellation),
        };
        if (tls is not null) handler.SslOptions = tls;
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint peer, CancellationToken cancellation)
    {
        var socket = ThinStream.Prefer(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(peer, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
