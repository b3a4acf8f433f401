using System.Globalization;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>What a command said and how it ended.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error);

/// <summary>All the commands, in one shell inside a machine.</summary>
internal static class CompatRun
{
    /// <summary>Debian's client is the engine's sister: both sides are asked in the engine's own version of the API.</summary>
    private const string Docker = "/usr/bin/docker";

    /// <summary>Where to keep what was said, for people to read; what Swarm said is then not asked again.</summary>
    private static readonly string? _keep = Environment.GetEnvironmentVariable("ORCH_COMPAT_RESULTS");

    public static IReadOnlyDictionary<string, Outcome>? Remembered(string side, IReadOnlyList<CompatCommand> commands) =>
        _keep is not null && commands.All(command => command.Name is null || File.Exists($"{_keep}/{side}/{command.Name}.rc"))
            ? Read($"{_keep}/{side}", commands) : null;

    public static async Task<IReadOnlyDictionary<string, Outcome>> OnAsync(
        LabMachine machine, string side, string endpoint, string driver, IReadOnlyList<CompatCommand> commands)
    {
        var folder = $"{machine.DataDirectory}/compat";
        Directory.CreateDirectory($"{folder}/out");
        await File.WriteAllTextAsync($"{folder}/script", CompatCommand.Script(driver, commands));
        var options = new ExecOptions
        {
            Timeout = TimeSpan.FromMinutes(5),
            Environment = new Dictionary<string, string>
            {
                ["DOCKER"] = Docker,
                ["DOCKER_HOST"] = endpoint,
                ["DOCKER_CONFIG"] = "/var/lib/orch/compat/config",
                ["OUT"] = "/var/lib/orch/compat/out",
            },
        };
        var ended = await machine.ExecAsync(options, "bash", "-c", "cd /var/lib/orch/compat && . ./script");
        if (_keep is not null)
            Keep($"{folder}/out", $"{_keep}/{side}");
        return ended.ExitCode == 0 ? Read($"{folder}/out", commands)
            : throw new LabException($"the commands were not run to their end at {endpoint}: {ended.Error}");
    }

    private static void Keep(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    private static Dictionary<string, Outcome> Read(string folder, IEnumerable<CompatCommand> commands) =>
        commands.Where(command => command.Name is not null)
            .ToDictionary(command => command.Name!, command => Read($"{folder}/{command.Name}"));

    private static Outcome Read(string path) => new(
        int.Parse(File.ReadAllText($"{path}.rc"), CultureInfo.InvariantCulture),
        File.ReadAllText($"{path}.out"), File.ReadAllText($"{path}.err"));
}
