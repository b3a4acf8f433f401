using System.Collections.Concurrent;

namespace Orch.Tests.Simulation;

/// <summary>Many seeds, on all processors; each run is single-threaded and knows nothing of the others.</summary>
public static class Campaign
{
    public static (IReadOnlyList<ulong> Failures, long Events) Run(ulong first, int count, Action<int>? progress = null)
    {
        var failures = new ConcurrentBag<ulong>();
        var (events, done) = (0L, 0);
        Parallel.For(0, count, i =>
        {
            var seed = first + (ulong)i;
            var outcome = Simulation.Run(seed, Script.From(seed));
            Interlocked.Add(ref events, outcome.Events);
            if (outcome.Failure is not null)
                failures.Add(seed);
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        return ([.. failures.Order()], events);
    }

    public static string Explain(ulong seed) => Shrinker.Explain(seed);
}
