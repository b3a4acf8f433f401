using Orch.Agent.Engine;

namespace Orch.Agent.Tasks;

/// <summary>
/// Makes an image usable. A local one is used as it is, for tags too: the manager pins digests where it matters, and a
/// slow registry must not hold up a restart.
/// </summary>
internal sealed class ImageFetch(IContainerEngine engine, AgentLog log)
{
    public async Task<EngineAnswer> PrepareAsync(string image, CancellationToken stopping)
    {
        var local = await engine.InspectImageAsync(image, stopping);
        if (local.Error is not { Fault: EngineFault.NotFound })
            return new() { Image = local.Value, Error = local.Error };
        log.Info($"pulling image {image}");
        var pulled = await engine.PullAsync(image, stopping);
        if (pulled.Error is { Fault: EngineFault.Unreachable })
            return new() { Error = pulled.Error };
        if (pulled.Error is { } error)
            return EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {image} ({error.Message})");
        var fetched = await engine.InspectImageAsync(image, stopping);
        return fetched.Error is { Fault: EngineFault.NotFound }
            ? EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {image} (the pull succeeded without it)")
            : new() { Image = fetched.Value, Error = fetched.Error };
    }
}
