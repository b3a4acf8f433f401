namespace Orch.Tests.Simulation;

/// <summary>Leaves out of a failing script whatever the failure does not need.</summary>
internal static class Shrinker
{
    public static string Explain(ulong seed, Mutation mutation = Mutation.None)
    {
        var script = Script.From(seed);
        var smaller = true;
        while (smaller)
        {
            smaller = false;
            for (var i = script.Count - 1; i >= 0; i--)
            {
                var without = script.ToList();
                without.RemoveAt(i);
                if (Simulation.Run(seed, without, mutation).Failure is null)
                    continue;
                (script, smaller) = (without, true);
            }
        }
        var outcome = Simulation.Run(seed, script, mutation, recording: true);
        return $"seed {seed} {outcome.Failure}\nscript:\n  {string.Join("\n  ", script)}\nthe end of the trace:\n  "
            + string.Join("\n  ", outcome.Lines.TakeLast(60));
    }
}
