using Orch.Agent.Engine;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// Makes an image usable. A local one is used as it is, for tags too, unless the service wants it pulled always: the
/// manager pins digests where it matters, and a slow registry must not hold up a restart.
/// </summary>
internal sealed class ImageFetch(IContainerEngine engine, IPullCredentials credentials, AgentLog log)
{
    public async Task<EngineAnswer> PrepareAsync(EngineCall.PrepareImage call, CancellationToken stopping)
    {
        var image = call.Image;
        var local = await engine.InspectImageAsync(image, stopping);
        var missing = local.Error is { Fault: EngineFault.NotFound };
        if (!missing && (local.Error is not null || call.Pull != PullPolicy.Always))
            return new() { Image = local.Value, Error = local.Error };
        if (call.Pull == PullPolicy.Never)
            return EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {image} (the service's pull policy is never)");
        log.Info($"pulling image {image}");
        var pulled = await PullAsync(call.Service, image, stopping);
        if (pulled.Error is { } error)
        {
            // Docker's rule: what is here already is better than nothing.
            if (!missing)
            {
                log.Warn($"could not pull {image}, the local image is used: {error.Message}");
                return new() { Image = local.Value };
            }
            return error.Fault == EngineFault.Unreachable
                ? new() { Error = error }
                : EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {image} ({error.Message})");
        }
        var fetched = await engine.InspectImageAsync(image, stopping);
        return fetched.Error is { Fault: EngineFault.NotFound }
            ? EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {image} (the pull succeeded without it)")
            : new() { Image = fetched.Value, Error = fetched.Error };
    }

    /// <summary>With each credential in turn, without any when there is none; the first refusal is told when all fail.</summary>
    private async Task<EngineResult<NoValue>> PullAsync(ServiceId service, string image, CancellationToken stopping)
    {
        EngineResult<NoValue>? refused = null;
        foreach (var auth in await credentials.ForAsync(service, image, stopping))
        {
            var pulled = await engine.PullAsync(image, auth, stopping);
            if (pulled.Error is not { Fault: not EngineFault.Unreachable })
                return pulled;
            refused ??= pulled;
        }
        return refused ?? await engine.PullAsync(image, null, stopping);
    }
}
