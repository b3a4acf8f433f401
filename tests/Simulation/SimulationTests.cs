using System.Globalization;

namespace Orch.Tests.Simulation;

public sealed class SimulationTests
{
    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Every_seed_keeps_every_invariant_and_ends_as_wanted()
    {
        var first = FromEnvironment("ORCH_SIM_FIRST_SEED", 1);
        var failures = Campaign.Run((ulong)first, FromEnvironment("ORCH_SIM_SEEDS", 2_000)).Failures;
        Assert.True(failures.Count == 0, failures.Count == 0 ? "" : $"{failures.Count} seeds fail; {Shrinker.Explain(failures[0])}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace()
    {
        for (ulong seed = 1; seed <= 25; seed++)
        {
            var (once, again) = (Simulation.Run(seed, Script.From(seed)), Simulation.Run(seed, Script.From(seed)));
            Assert.Equal((once.TraceHash, once.Events), (again.TraceHash, again.Events));
        }
        Assert.NotEqual(Simulation.Run(1, Script.From(1)).TraceHash, Simulation.Run(2, Script.From(2)).TraceHash);
    }

    [Theory]
    [InlineData("AnswersBeforeAppend", "acknowledged")]
    [InlineData("ShortWindow", "declared down")]
    [InlineData("NoGraceAtTakeOver", "declared down")]
    [InlineData("AgentForgetsItsJournal", "")]
    [InlineData("StartsInAnyOrder", "before")]
    public void A_deliberate_defect_is_found(string mutation, string words)
    {
        for (ulong seed = 1; seed <= 400; seed++)
        {
            if (Simulation.Run(seed, Script.Aimed(seed), Enum.Parse<Mutation>(mutation)).Failure is not { } failure)
                continue;
            Assert.Contains(words, failure, StringComparison.Ordinal);
            return;
        }
        Assert.Fail($"{mutation} went unnoticed in 400 seeds");
    }
}
