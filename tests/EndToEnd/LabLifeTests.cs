using System.Diagnostics;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

/// <summary>A lab leaves nothing behind, whoever kills whom.</summary>
public sealed class LabLifeTests(ITestOutputHelper output)
{
    [LabFact]
    public async Task A_lab_that_is_disposed_leaves_nothing()
    {
        var lab = await Lab.UpAsync(new LabOptions { Machines = 2, EngineArgs = ["--live-restore"] });
        await lab["n1"].Engine.RunAsync("sleeper");
        await lab["n2"].FreezeAsync();
        await lab["n1"].CutAsync();
        Assert.NotEmpty(await LeakCheck.FindAsync(lab.Name));

        var clock = Stopwatch.StartNew();
        await lab.DisposeAsync();

        output.WriteLine($"up {lab.UpTime.TotalSeconds:f2} s, down {clock.Elapsed.TotalSeconds:f2} s");
        Assert.Empty(await LeakCheck.FindAsync(lab.Name));
    }

    [LabFact]
    public async Task A_lab_whose_owner_is_killed_leaves_nothing()
    {
        using var owner = await LabOwner.StartAsync();
        Assert.NotEmpty(await LeakCheck.FindAsync(owner.LabName));

        owner.Kill();

        await LeakCheck.AssertNothingLeftAsync(owner.LabName, patience: TimeSpan.FromSeconds(15));
    }

    [LabFact]
    public async Task What_a_killed_owner_and_a_killed_keeper_leave_is_swept_by_the_next_lab()
    {
        using var owner = await LabOwner.StartAsync();
        owner.FreezeKeeper();
        owner.Kill();
        owner.KillKeeper();
        await Until.TrueAsync("the machines died with the keeper",
            async () => !(await LeakCheck.FindAsync(owner.LabName)).Any(l => l.StartsWith("process", StringComparison.Ordinal)));
        Assert.NotEmpty(await LeakCheck.FindAsync(owner.LabName));

        await Lab.SweepAsync();

        await LeakCheck.AssertNothingLeftAsync(owner.LabName);
    }

    [LabFact]
    public async Task Labs_share_a_host_without_seeing_each_other()
    {
        var small = new LabOptions { Machines = 1, Engine = false };
        await using var one = await Lab.UpAsync(small);
        await using var other = await Lab.UpAsync(small);

        await one.DisposeAsync();

        Assert.True(other["n1"].IsOn);
        Assert.Equal("n1\n", (await other["n1"].ExecAsync("hostname")).EnsureSuccess().Output);
    }
}
