using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Orch.Agent.Engine;

/// <summary>JSON values one after the other for as long as the engine lives.</summary>
internal sealed class EngineEventStream(HttpResponseMessage response) : IEngineEventStream
{
    public async IAsyncEnumerable<EngineEvent> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        using var stream = await response.Content.ReadAsStreamAsync(stopping);
        var values = JsonSerializer.DeserializeAsyncEnumerable(
            stream, EngineJson.Default.WireEvent, topLevelValues: true, stopping);
        await using var reader = values.GetAsyncEnumerator(stopping);
        while (await NextAsync(reader, stopping))
        {
            if (reader.Current?.ToEvent() is { } happened)
                yield return happened;
        }
    }

    /// <summary>A broken connection or a cut value is the end: the engine went away.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<WireEvent?> reader, CancellationToken stopping)
    {
        try
        {
            return await reader.MoveNextAsync();
        }
        catch (Exception e) when (e is JsonException || (EngineHttp.IsAbsence(e) && !stopping.IsCancellationRequested))
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
