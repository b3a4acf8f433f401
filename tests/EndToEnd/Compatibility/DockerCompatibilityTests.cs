using System.Runtime.CompilerServices;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>
/// The unmodified docker CLI against a real Docker Swarm and against orch: what is not the same is listed with its
/// reason in differences.tsv, and what is listed there still differs.
/// </summary>
public sealed class DockerCompatibilityTests(ITestOutputHelper output)
{
    private static readonly LabOptions _oneMachine = new() { Machines = 1 };

    [LabFact]
    public async Task Every_command_answers_as_under_swarm_but_for_the_differences_listed()
    {
        var commands = CompatCommand.Read(await File.ReadAllLinesAsync(Here("commands.txt")));
        var driver = await File.ReadAllTextAsync(Here("driver.sh"));
        var (underSwarm, underOrch) = (OnSwarmAsync(driver, commands), OnOrchAsync(driver, commands));
        var (swarm, orch) = (await underSwarm, await underOrch);

        var found = swarm.Keys.SelectMany(name => Difference.Between(name, swarm[name], orch[name])).ToList();
        var expected = ExpectedDifference.Read(await File.ReadAllLinesAsync(Here("differences.tsv")));
        var unlisted = found.Where(difference => !expected.Any(one => one.Covers(difference))).ToList();
        var gone = expected.Where(one => !found.Any(one.Covers)).ToList();

        output.WriteLine($"{swarm.Count} commands, {swarm.Count - found.DistinctBy(one => one.Command).Count()} answered the same, "
            + $"{found.Count} differences in the others");
        Assert.True(swarm.Count >= 150, "the suite has 150 commands or more");
        Assert.True(unlisted.Count == 0, $"not in differences.tsv:\n{string.Join('\n', unlisted)}");
        Assert.True(gone.Count == 0, $"in differences.tsv, but there no more:\n{string.Join('\n', gone)}");
    }

    [Fact]
    public async Task The_document_shows_the_differences_that_are_listed()
    {
        var expected = ExpectedDifference.Read(await File.ReadAllLinesAsync(Here("differences.tsv")));
        var path = Here("../../../docs/docker-compatibility.md");
        var document = await File.ReadAllTextAsync(path);
        var renewed = CompatibilityTable.Renewed(document, CompatibilityTable.Of(expected));
        if (Environment.GetEnvironmentVariable("ORCH_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(path, renewed);
        else
            Assert.True(renewed == document, "docs/docker-compatibility.md is out of date: run this test with ORCH_WRITE_DOCS=1");
    }

    private static async Task<IReadOnlyDictionary<string, Outcome>> OnSwarmAsync(
        string driver, IReadOnlyList<CompatCommand> commands)
    {
        if (CompatRun.Remembered("swarm", commands) is { } remembered)
            return remembered;
        await using var lab = await Lab.UpAsync(_oneMachine);
        var machine = lab["n1"];
        await machine.Engine.SendAsync(HttpMethod.Post, "/swarm/init",
            new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = machine.Address });
        return await CompatRun.OnAsync(machine, "swarm", "unix:///run/docker.sock", driver, commands);
    }

    private static async Task<IReadOnlyDictionary<string, Outcome>> OnOrchAsync(
        string driver, IReadOnlyList<CompatCommand> commands)
    {
        await using var lab = await Lab.UpAsync(_oneMachine);
        using var machine = new OrchMachine(lab["n1"]);
        await machine.InitAsync();
        return await CompatRun.OnAsync(machine.Machine, "orch", "unix:///run/orch/orch.sock", driver, commands);
    }

    private static string Here(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, file);
}
