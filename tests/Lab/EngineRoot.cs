namespace Orch.Testing;

/// <summary>Engines of other Debian releases, with the programs and libraries around them, each unpacked once per host by
/// engine-root.sh. Nothing here builds one by itself: that takes minutes on a slow line, so <c>make engines</c> does.</summary>
public static class EngineRoot
{
    /// <summary>The engine that is installed on this host.</summary>
    public const string Host = "host";

    /// <summary>What ORCH_LAB_ENGINES wants all labs to run that do not say it themselves: "host,trixie,sid" by machine.</summary>
    public static IReadOnlyList<string> Asked { get; } =
        (Environment.GetEnvironmentVariable("ORCH_LAB_ENGINES") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The directory above usr/; throws, saying what to do, when it was not built.</summary>
    public static string Find(string release)
    {
        var found = Look(release);
        return found.ExitCode == 0 ? found.Output.Trim() : throw new LabException(found.Error.Trim());
    }

    /// <summary>Why one of the releases cannot be had here; null when all are there.</summary>
    public static string? Missing(params IEnumerable<string> releases) =>
        releases.Where(release => release != Host).Select(Look).FirstOrDefault(found => found.ExitCode != 0)?.Error.Trim();

    private static IEnumerable<KeyValuePair<string, string>> Cache =>
        Environment.GetEnvironmentVariable("ORCH_ENGINE_CACHE") is { } path ? [new("ORCH_ENGINE_CACHE", path)] : [];

    private static ExecResult Look(string release)
    {
        var script = Path.GetTempFileName();
        try
        {
            LabDirectory.WriteScript("engine-root.sh", script);
            return Shell.RunAsync(["sh", script, "--look", release], LabEnvironment.With(Cache)).GetAwaiter().GetResult();
        }
        finally
        {
            File.Delete(script);
        }
    }
}
