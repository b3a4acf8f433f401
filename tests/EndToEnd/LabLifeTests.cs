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
        var keeper = owner.Keeper;
        keeper.Signal(LinuxSignal.Stop);   // or it would clean up before it is killed
        owner.Kill();
        keeper.Signal(LinuxSignal.Kill);
        await Until.TrueAsync("the machines died with the keeper", async () =>
            !(await LeakCheck.FindAsync(owner.LabName)).Any(left => left.StartsWith("process ")));
        Assert.NotEmpty(await LeakCheck.FindAsync(owner.LabName));

        await Lab.SweepAsync();

        await LeakCheck.AssertNothingLeftAsync(owner.LabName);
    }

    [LabFact]
    public async Task A_lab_works_on_a_host_with_control_groups_version_2_alone()
    {
        // In a mount namespace of its own, so that the host keeps what it has.
        const string script = "cd /sys/fs && umount -R cgroup && mount -t cgroup2 none cgroup && exec dotnet $0 check";
        var info = new ProcessStartInfo("unshare", ["--mount", "sh", "-c", script, LabOwner.Tool])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var check = Process.Start(info)!;
        var said = check.StandardOutput.ReadToEndAsync();
        var complained = check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));

        output.WriteLine(await said);
        Assert.Equal("", await complained);
        Assert.Equal(0, check.ExitCode);
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
