using Microsoft.AspNetCore.Http;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Api;

namespace Orch.Manager.Leadership;

/// <summary>Answers of a manager that cannot answer in its role: come back, here or elsewhere.</summary>
internal static class RoleRefusal
{
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>MayRepeat: nothing was done, so that clients which repeat by themselves may.</summary>
    public static Task WriteAsync(HttpContext http, string why, bool mayRepeat = true)
    {
        RoleVisit.Leave(http);
        if (!GrpcRefusal.Applies(http))
            return Answer.RefuseAsync(http, new Problem(503, why) { RetryAfter = mayRepeat ? RetryAfter : null });
        GrpcRefusal.Write(http, GrpcStatus.Unavailable, why);
        return Task.CompletedTask;
    }
}
