namespace Orch.Testing;

/// <summary>The environment of everything that runs in a lab: a freshly booted machine's, not the test run's.</summary>
internal static class LabEnvironment
{
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["HOME"] = "/root",
        ["PATH"] = $"{SystemPath}:{VisiblePaths.DotnetRoot}",
        ["LANG"] = "C.UTF-8",
        ["DOTNET_ROOT"] = VisiblePaths.DotnetRoot,
        // A killed machine could not remove the diagnostic sockets from /tmp, which it shares with the host.
        ["DOTNET_EnableDiagnostics"] = "0",
    };

    public static IReadOnlyDictionary<string, string> With(params IEnumerable<KeyValuePair<string, string>> more)
    {
        var all = new Dictionary<string, string>(Variables);
        foreach (var (key, value) in more) all[key] = value;
        return all;
    }

    /// <summary>The full path of a program, or null when it is not installed.</summary>
    public static string? Find(string program) =>
        SystemPath.Split(':').Select(directory => $"{directory}/{program}").FirstOrDefault(File.Exists);
}
