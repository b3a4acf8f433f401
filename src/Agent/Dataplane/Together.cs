namespace Orch.Agent.Dataplanes;

/// <summary>Parts that are of no use without each other.</summary>
internal static class Together
{
    /// <summary>The first that ends, in whatever way, ends the others; then their failure, if any, is thrown.</summary>
    public static async Task RunAsync(CancellationToken stopping, params IEnumerable<Func<CancellationToken, Task>> parts)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = parts.Select(part => part(ending.Token)).ToList();
        await Task.WhenAny(running);
        await ending.CancelAsync();
        await Task.WhenAll(running);
    }
}
