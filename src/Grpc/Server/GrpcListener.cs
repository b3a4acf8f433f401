using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orch.Grpc.Server;

/// <summary>Server-wide settings without which long streams suffer; the per-call ones are set by each call.</summary>
public static class GrpcListener
{
    /// <summary>Pings idle connections, so that a client which vanished without closing frees its streams.</summary>
    public static void Tune(KestrelServerOptions kestrel, TimeSpan? keepAlive = null)
    {
        kestrel.Limits.Http2.KeepAlivePingDelay = keepAlive ?? TimeSpan.FromSeconds(2);
        kestrel.Limits.Http2.KeepAlivePingTimeout = keepAlive ?? TimeSpan.FromSeconds(2);
    }
}
