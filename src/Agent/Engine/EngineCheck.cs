namespace Orch.Agent.Engine;

/// <summary>The look at the engine before anything else is started.</summary>
internal static class EngineCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Null when the engine may be used. An engine that does not answer is no objection: it may be starting, and the
    /// agent reports it and waits.
    /// </summary>
    public static async Task<string?> ObjectionAsync(EngineAddress address, TimeProvider clock, CancellationToken stopping)
    {
        await using var engine = new DockerEngine(address, clock);
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            if (!(await engine.NegotiateAsync(either.Token)).Ok)
                return null;
            var info = await engine.InfoAsync(either.Token);
            return info.Ok ? NodeFacts.Objection(info.Value!) : null;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
