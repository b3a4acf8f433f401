using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// What a machine's engine would list. The cluster has none of it itself, and tools that look at everything they know
/// go on when the lists are empty, but stop when they are not there.
/// </summary>
internal static class EngineEndpoints
{
    private static readonly byte[] _empty = "[]"u8.ToArray();

    public static Task None(HttpContext http, ApiServices api)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = _empty.Length;
        return http.Response.Body.WriteAsync(_empty, http.RequestAborted).AsTask();
    }

    public static Task NoVolumes(HttpContext http, ApiServices api) =>
        Answer.ObjectAsync(http, new NoVolumesView([], null), ManagerJson.Default.NoVolumesView);
}

internal sealed record NoVolumesView(IReadOnlyList<string> Volumes, IReadOnlyList<string>? Warnings);
