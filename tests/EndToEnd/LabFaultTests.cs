using System.Globalization;

namespace Orch.Tests.EndToEnd;

[Collection(ThreeMachines.Collection)]
public sealed class LabFaultTests(ThreeMachines fixture) : IAsyncLifetime
{
    private Lab Lab => fixture.Lab;
    private LabMachine N1 => Lab["n1"];
    private LabMachine N2 => Lab["n2"];
    private LabMachine N3 => Lab["n3"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (LabRequirements.Missing is null) await fixture.RestoreAsync();
    }

    [LabFact]
    public async Task Power_loss_ends_every_process_and_boot_brings_disk_and_containers_back()
    {
        var id = await N2.Engine.RunAsync("sleeper", restart: "always");
        await File.WriteAllTextAsync($"{N2.RunDirectory}/gone", "");
        var before = N2.Processes();

        await N2.PowerOffAsync();
        Assert.All(before, p => Assert.False(p.HostProcess.IsAlive));
        Assert.False(await Ping.ReachesAsync(N1, N2));
        Assert.False(N2.IsOn);

        await N2.BootAsync();
        await Until.TrueAsync("it runs again", async () => (await N2.Engine.InspectAsync(id)).Running);
        Assert.False(File.Exists($"{N2.RunDirectory}/gone"));
        Assert.True(await Ping.ReachesAsync(N1, N2));
        await N2.Engine.RemoveAsync(id);
    }

    [LabFact]
    public async Task A_lost_disk_comes_back_empty()
    {
        await N3.Engine.RunAsync("sleeper", "gone");
        await File.WriteAllTextAsync($"{N3.DataDirectory}/gone", "");

        await N3.PowerOffAsync();
        N3.LoseDisk();
        await N3.BootAsync();

        Assert.Empty(await N3.Engine.ContainersAsync());
        Assert.False(File.Exists($"{N3.DataDirectory}/gone"));
        await N3.Engine.RemoveAsync(await N3.Engine.RunAsync("sleeper"));
    }

    [LabFact]
    public async Task A_frozen_machine_answers_nobody_until_it_thaws()
    {
        await N2.FreezeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => N2.Engine.ContainersAsync(cancel: patience.Token));

        await N2.ThawAsync();
        Assert.Empty(await N2.Engine.ContainersAsync());
    }

    [LabFact]
    public async Task A_frozen_machine_can_lose_power()
    {
        await N2.FreezeAsync();
        await N2.PowerOffAsync();
        await N2.BootAsync();

        Assert.True(await N2.Engine.PingAsync());
    }

    [LabFact]
    public async Task A_cut_machine_reaches_nobody_but_keeps_its_link_even_after_a_reboot()
    {
        await N2.CutAsync();
        Assert.False(await Ping.ReachesAsync(N2, N1));
        Assert.False(await Ping.ReachesAsync(N3, N2));
        Assert.True(await Ping.ReachesAsync(N1, N3));
        Assert.Equal("1\n", (await N2.ExecAsync("cat", "/sys/class/net/eth0/carrier")).Output);

        await N2.PowerOffAsync();
        await N2.BootAsync();
        Assert.False(await Ping.ReachesAsync(N2, N1));

        await Lab.HealAsync();
        Assert.True(await Ping.ReachesAsync(N2, N1));
    }

    [LabFact]
    public async Task Two_machines_cut_from_each_other_still_reach_the_third()
    {
        await N1.CutFromAsync(N2);
        Assert.False(await Ping.ReachesAsync(N1, N2));
        Assert.True(await Ping.ReachesAsync(N1, N3));
        Assert.True(await Ping.ReachesAsync(N2, N3));

        await N2.HealAsync();
        Assert.True(await Ping.ReachesAsync(N1, N2));
    }

    [LabFact]
    public async Task A_one_way_cut_lets_packets_through_the_other_way()
    {
        Assert.True(await Ping.ReachesAsync(N1, N2));   // both know the other's hardware address
        await N1.CutOneWayAsync(to: N2);
        var (before1, before2) = (await EchosReceivedAsync(N1), await EchosReceivedAsync(N2));

        Assert.False(await Ping.ReachesAsync(N1, N2));
        Assert.False(await Ping.ReachesAsync(N2, N1));

        Assert.Equal(before2, await EchosReceivedAsync(N2));
        Assert.Equal(before1 + 1, await EchosReceivedAsync(N1));
    }

    [LabFact]
    public async Task An_unplugged_machine_sees_its_link_go_down()
    {
        await N3.UnplugAsync();
        Assert.Equal("0\n", (await N3.ExecAsync("cat", "/sys/class/net/eth0/carrier")).Output);
        Assert.False(await Ping.ReachesAsync(N1, N3));

        await N3.HealAsync();
        await Until.TrueAsync("n3 is back", () => Ping.ReachesAsync(N1, N3));
    }

    [LabFact]
    public async Task Containers_outlive_the_crash_of_their_engine_but_not_its_restart()
    {
        var id = await N1.Engine.RunAsync("sleeper");
        var pid = (await N1.Engine.InspectAsync(id)).Pid;

        await N1.KillEngineAsync();
        Assert.False(await N1.Engine.PingAsync());
        Assert.Contains(N1.Processes(), p => p.Pid == pid);

        await N1.StartEngineAsync();
        Assert.False((await N1.Engine.InspectAsync(id)).Running);
        await N1.Engine.RemoveAsync(id);
    }

    [LabFact]
    public async Task An_engine_that_is_stopped_stops_its_containers_and_can_be_started_again()
    {
        var id = await N1.Engine.RunAsync("sleeper");
        var pid = (await N1.Engine.InspectAsync(id)).Pid;

        await N1.StopEngineAsync();
        Assert.DoesNotContain(N1.Processes(), p => p.Pid == pid);

        await N1.StartEngineAsync();
        await N1.Engine.RemoveAsync(id);
    }

    private static async Task<int> EchosReceivedAsync(LabMachine machine)
    {
        var table = await machine.ExecAsync("grep", "^Icmp:", "/proc/net/snmp");
        var rows = table.EnsureSuccess().Output.Split('\n').Select(line => line.Split(' ')).ToArray();
        return int.Parse(rows[1][Array.IndexOf(rows[0], "InEchos")], CultureInfo.InvariantCulture);
    }
}
