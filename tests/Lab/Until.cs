using System.Diagnostics;

namespace Orch.Testing;

/// <summary>Waits for what the kernel and other programs do, of which nobody sends word. Asks often, gives up loudly.
/// </summary>
public static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns once the condition holds; throws a TimeoutException that says what was waited for.</summary>
    public static async Task TrueAsync(
        string what, Func<Task<bool>> condition, TimeSpan? timeout = null, CancellationToken cancel = default)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > limit) throw new TimeoutException($"Not within {limit}: {what}.");
            await Task.Delay(Pause, cancel);
        }
    }

    /// <summary>Lets real time go by: for tests whose subject is the length of a fault.</summary>
    public static Task PassedAsync(TimeSpan time, CancellationToken cancel = default) => Task.Delay(time, cancel);

    public static Task TrueAsync(
        string what, Func<bool> condition, TimeSpan? timeout = null, CancellationToken cancel = default) =>
        TrueAsync(what, () => Task.FromResult(condition()), timeout, cancel);
}
