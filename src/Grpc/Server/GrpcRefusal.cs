using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Orch.Grpc.Server;

/// <summary>
/// Ends a call before it reaches its handler, for middleware. A plain HTTP error would reach the client's code without
/// its text.
/// </summary>
public static class GrpcRefusal
{
    public static bool Applies(HttpContext http) => GrpcHeaders.IsGrpc(http.Request.ContentType);

    public static void Write(HttpContext http, GrpcStatus status, string message)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = GrpcHeaders.ContentType;
        http.Response.Headers[GrpcHeaders.Status] = ((int)status).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[GrpcHeaders.Message] = GrpcMessageText.Encode(message);
    }
}
