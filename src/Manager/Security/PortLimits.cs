using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orch.Grpc.Server;

namespace Orch.Manager.Security;

/// <summary>Limits that hold for everybody, before anything is known of the caller.</summary>
public static class PortLimits
{
    public static void Apply(KestrelServerOptions kestrel)
    {
        var limits = kestrel.Limits;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestBodySize = 4 * 1024 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);

        // Slow bodies end; gRPC calls lift this for themselves, and only callers with an identity get that far.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.AddServerHeader = false;
        GrpcListener.Tune(kestrel);
    }
}
