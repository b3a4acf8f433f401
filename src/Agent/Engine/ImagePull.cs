using System.Text.Json;

namespace Orch.Agent.Engine;

/// <summary>
/// A pull answers 200 at once and tells of its failure in the stream, so the stream must be read to its end. A pull
/// without any progress for <see cref="Silence"/> has failed.
/// </summary>
internal static class ImagePull
{
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    public static async Task<EngineResult<NoValue>> RunAsync(
        EngineHttp http, string prefix, ImageReference image, string? auth, TimeProvider clock, CancellationToken stopping)
    {
        using var silence = new CancellationTokenSource(Silence, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stopping, silence.Token);
        var path = $"{prefix}/images/create?fromImage={Uri.EscapeDataString(image.Name)}"
            + $"&tag={Uri.EscapeDataString(image.Tag)}";
        try
        {
            var opened = await http.OpenAsync(HttpMethod.Post, path, null, linked.Token, auth);
            if (opened.Error is { } refused)
                return refused;
            using var response = opened.Value!;
            using var stream = await response.Content.ReadAsStreamAsync(linked.Token);
            await foreach (var line in JsonSerializer.DeserializeAsyncEnumerable(
                stream, EngineJson.Default.WirePullProgress, topLevelValues: true, linked.Token))
            {
                silence.CancelAfter(Silence);
                if ((line?.ErrorDetail?.Message ?? line?.Error) is { Length: > 0 } error)
                    return new EngineError(EngineFault.Refused, error);
            }
            return default(NoValue);
        }
        catch (Exception e) when (EngineHttp.IsAbsence(e) && !stopping.IsCancellationRequested)
        {
            return silence.IsCancellationRequested
                ? new EngineError(EngineFault.Refused, $"no progress for {Silence.TotalSeconds:0} s")
                : http.Absence(e, Silence);
        }
        catch (JsonException e)
        {
            return new EngineError(EngineFault.Refused, $"the engine's answer cannot be read: {e.Message}");
        }
    }
}
