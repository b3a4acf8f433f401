using System.Diagnostics;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

/// <summary>The Vagrantfile: valid for any number of machines; and, when asked, brought up with containers for machines.</summary>
public sealed class VagrantTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("orch-vagrant-");

    [VagrantFact]
    public async Task The_vagrantfile_is_valid_for_any_number_of_machines()
    {
        foreach (var machines in (int[])[1, 5])
        {
            var (code, said) = await RunAsync(Environment(machines), TimeSpan.FromMinutes(1), "vagrant", "validate", "--ignore-provider");
            Assert.Contains("Vagrantfile validated successfully", said, StringComparison.Ordinal);
            Assert.Equal((0, machines), (code, said.Split("Ignoring provider config").Length - 1));
        }
        Assert.NotEqual(0, (await RunAsync(Environment(0), TimeSpan.FromMinutes(1), "vagrant", "validate", "--ignore-provider")).Code);
    }

    [VagrantFact(up: true)]
    public async Task Three_containers_become_a_cluster_that_answers_and_leave_nothing()
    {
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 1, Engines = [VagrantFactAttribute.Engine], Label = "vagrant" });
        var machine = lab.Machines[0];
        var environment = Environment(3);
        environment["DOCKER_HOST"] = $"unix://{machine.EngineSocketPath}";
        async Task<string> OnAsync(params string[] command)
        {
            // In the machine's network, with this host's programs: Vagrant talks to its engine and its ports.
            string[] inside = ["nsenter", "-t", File.ReadAllText($"{machine.Directory}/pid").Split(' ')[0], "-n", .. command];
            var (code, said) = await RunAsync(environment, TimeSpan.FromMinutes(10), inside);
            output.WriteLine(said);
            Assert.Equal(0, code);
            return said;
        }
        Task<string> LeftAsync() => OnAsync("sh", "-c", "docker ps -aq; docker network ls --format {{.Name}} | sort; docker volume ls -q");
        await OnAsync("scripts/node-image.sh");
        var before = await LeftAsync();
        var tree = await OnAsync("git", "status", "--short", "--ignored");

        var up = await OnAsync("vagrant", "up", "--provider", "docker");

        foreach (var url in (string[])["http://192.168.56.11:8080/", "http://192.168.56.12:8080/", "http://192.168.56.13:8080/"])
        {
            Assert.Contains(url, up, StringComparison.Ordinal);
            Assert.Contains("the api says v1", await OnAsync("curl", "-sS", "-m", "5", "--retry", "10", "--retry-connrefused", url), StringComparison.Ordinal);
        }
        Assert.Contains("ok, 3 machines, 6 pairs", await OnAsync("vagrant", "ssh", "m1", "-c", "sudo orch network check"), StringComparison.Ordinal);

        await OnAsync("vagrant", "destroy", "-f");
        Assert.Equal(before, await LeftAsync());
        Assert.Equal(tree, await OnAsync("git", "status", "--short", "--ignored"));
        Assert.Empty(Directory.GetFiles(_home.FullName, "id", SearchOption.AllDirectories));
    }

    public void Dispose() => _home.Delete(recursive: true);

    private Dictionary<string, string> Environment(int machines) => new()
    {
        ["ORCH_MACHINES"] = $"{machines}",
        ["VAGRANT_HOME"] = $"{_home.FullName}/home",
        ["VAGRANT_DOTFILE_PATH"] = $"{_home.FullName}/machines",
        ["VAGRANT_CHECKPOINT_DISABLE"] = "1",
    };

    /// <summary>Runs a program of this host in the tree, with its output; killed when it takes too long.</summary>
    private static async Task<(int Code, string Said)> RunAsync(
        Dictionary<string, string> environment, TimeSpan limit, params string[] command)
    {
        var tree = Path.GetDirectoryName(Path.GetDirectoryName(OrchMachine.Program("orch")))!;
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" 2>&1 </dev/null", "sh", .. command])
        {
            WorkingDirectory = tree,
            RedirectStandardOutput = true,
        };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        using var ending = new CancellationTokenSource(limit);
        try
        {
            var said = await process.StandardOutput.ReadToEndAsync(ending.Token);
            await process.WaitForExitAsync(ending.Token);
            return (process.ExitCode, said);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{string.Join(' ', command)}' did not end within {limit}");
        }
    }
}
