using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

[Collection(ThreeMachines.Collection)]
public sealed class LabMachineTests(ThreeMachines fixture, ITestOutputHelper output)
{
    private Lab Lab => fixture.Lab;

    [LabFact]
    public async Task Every_machine_reaches_every_other_by_name()
    {
        output.WriteLine($"three machines were up in {Lab.UpTime.TotalSeconds:f2} s");
        foreach (var from in Lab.Machines)
            foreach (var to in Lab.Machines)
                Assert.True(await Ping.ReachesAsync(from, to), $"{from} does not reach {to}");
    }

    [LabFact]
    public async Task Every_engine_runs_the_test_images_under_the_same_ids()
    {
        var runs = Lab.Machines.Select(async machine =>
        {
            var id = await machine.Engine.RunAsync("app:v2", "web", new Dictionary<string, string> { ["a"] = "b" });
            var web = await machine.Engine.InspectAsync(id);
            ExecResult? page = null;
            await Until.TrueAsync("it listens", async () =>
                (page = await machine.ExecAsync("busybox", "wget", "-qO-", $"http://{web.Address}/")).ExitCode == 0);
            var listed = Assert.Single(await machine.Engine.ContainersAsync("a=b"));
            await machine.Engine.RemoveAsync(id);

            Assert.Equal(("web", "app:v2", "running"), (listed.Name, listed.Image, listed.State));
            Assert.Equal($"v2 {id[..12]}", page!.Output.Trim());
            return web.Json.GetProperty("Image").GetString();
        });

        Assert.Single((await Task.WhenAll(runs)).Distinct());
    }

    [LabFact]
    public async Task A_machine_has_its_own_name_processes_run_and_var_lib()
    {
        var machine = Lab["n2"];
        await File.WriteAllTextAsync($"{machine.DataDirectory}/kept", "on disk\n");

        var seen = await machine.ExecAsync("sh", "-c", "hostname; cat /var/lib/orch/kept; ls /run/docker.sock");
        var engines = Lab.Machines.Select(m => m.Processes().Single(p => p.Name == "dockerd").HostProcess);

        Assert.Equal("n2\non disk\n/run/docker.sock\n", seen.EnsureSuccess().Output);
        Assert.DoesNotContain(machine.Processes(), p => p.HostProcess == HostProcess.Self);
        Assert.Equal(3, engines.Distinct().Count());
    }

    [LabFact]
    public async Task Exec_returns_exit_code_output_and_error()
    {
        var result = await Lab["n1"].ExecAsync(
            new ExecOptions { Input = "typed", Environment = new Dictionary<string, string> { ["WORD"] = "given" } },
            "sh", "-c", "cat; echo $WORD >&2; exit 7");

        Assert.Equal((7, "typed", "given\n"), (result.ExitCode, result.Output, result.Error));
    }

    [LabFact]
    public async Task A_command_that_does_not_end_is_killed_when_its_time_is_up()
    {
        var machine = Lab["n1"];
        var options = new ExecOptions { Timeout = TimeSpan.FromMilliseconds(300) };

        await Assert.ThrowsAsync<TimeoutException>(() => machine.ExecAsync(options, "sleep", "4711"));

        await Until.TrueAsync("the command is gone",
            () => !machine.Processes().Any(p => p.CommandLine == "sleep 4711"));
    }

    [LabFact]
    public async Task A_started_program_is_a_child_of_pid_1_and_logs_to_a_file()
    {
        var started = await Lab["n1"].StartAsync("sh", "-c", "echo started by $PPID; exec sleep 4711");
        var parent = await Lab["n1"].ExecAsync("sh", "-c", $"grep PPid: /proc/{started.Pid}/status");
        await Until.TrueAsync("it logs", async () => await started.ReadLogAsync() == "started by 1\n");

        Assert.Equal("PPid:\t1\n", parent.Output);
        Assert.True(started.IsRunning);
        await started.KillAsync();
        Assert.False(started.IsRunning);
    }

    [LabFact]
    public async Task A_test_can_connect_and_listen_inside_a_machine()
    {
        using var listener = Lab["n2"].CreateSocket();
        listener.Bind(new IPEndPoint(IPAddress.Any, 2378));
        listener.Listen();
        await using var stream = await Lab["n1"].ConnectAsync(Lab["n2"].Address, 2378);
        using var accepted = await listener.AcceptAsync();

        Assert.Equal(Lab["n1"].Address, ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
        var refused = await Assert.ThrowsAsync<SocketException>(
            () => Lab["n1"].ConnectAsync(Lab["n3"].Address, 2378));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [LabFact]
    public async Task What_is_outside_is_unreachable_at_once()
    {
        var refused = await Assert.ThrowsAsync<SocketException>(() => Lab["n1"].ConnectAsync("192.0.2.1", 53));

        Assert.Equal(SocketError.HostUnreachable, refused.SocketErrorCode);
    }

    [LabFact]
    public async Task A_killed_container_process_is_seen_by_its_engine()
    {
        var engine = Lab["n3"].Engine;
        var id = await engine.RunAsync("sleeper");

        await engine.KillMainProcessAsync(id);

        await Until.TrueAsync("it has exited", async () => !(await engine.InspectAsync(id)).Running);
        Assert.Equal(137, (await engine.InspectAsync(id)).ExitCode);
        await engine.RemoveAsync(id);
    }

    [LabFact]
    public async Task A_health_check_follows_its_file()
    {
        var engine = Lab["n3"].Engine;
        var id = await engine.RunAsync("app:health");
        await Until.TrueAsync("healthy", async () => (await engine.InspectAsync(id)).Health == "healthy");

        var pid = (await engine.InspectAsync(id)).Pid;
        (await Lab["n3"].ExecAsync("rm", $"/proc/{pid}/root/www/healthy")).EnsureSuccess();

        await Until.TrueAsync("unhealthy", async () => (await engine.InspectAsync(id)).Health == "unhealthy");
        await engine.RemoveAsync(id);
    }
}
