namespace Orch.Agent.Engine;

/// <summary>Inspects what a list named, a few at a time. What vanished in between is left out.</summary>
internal static class ParallelLooks
{
    private const int AtOnce = 8;

    public static async Task<EngineResult<IReadOnlyList<ContainerState>>> RunAsync(
        IEnumerable<string> containers, Func<string, CancellationToken, Task<EngineResult<ContainerState>>> inspect,
        CancellationToken stopping)
    {
        var found = new List<ContainerState>();
        foreach (var some in containers.Where(id => id.Length > 0).Chunk(AtOnce))
        {
            var looks = await Task.WhenAll(some.Select(id => inspect(id, stopping)));
            foreach (var look in looks)
            {
                if (look.Ok)
                    found.Add(look.Value!);
                else if (look.Error!.Fault != EngineFault.NotFound)
                    return look.Error;
            }
        }
        return found;
    }
}
