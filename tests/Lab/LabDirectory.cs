using System.Globalization;

namespace Orch.Testing;

/// <summary>Where a lab keeps its state and what it is called. The name LABEL.PID.START.N names the owner process, so
/// whoever finds a directory or a control group can tell whether it still has one.</summary>
internal sealed record LabDirectory(string Name)
{
    private static int _count;

    public static string Base { get; } = Environment.GetEnvironmentVariable("ORCH_LAB_DIR") ?? "/var/tmp/orch-lab";

    public string Path => $"{Base}/{Name}";
    public string Script => $"{Path}/machine.sh";
    public string KeeperLog => $"{Path}/keeper.log";
    public string Group => GroupOf(Name);

    public static string GroupOf(string name) => $"orch-lab.{name}";

    public static LabDirectory Create(string label)
    {
        var owner = HostProcess.Self;
        var name = $"{label}.{owner.Pid}.{owner.StartTime}.{Interlocked.Increment(ref _count)}";
        var directory = new LabDirectory(name);
        Directory.CreateDirectory(directory.Path);
        WriteScript("machine.sh", directory.Script);
        return directory;
    }

    /// <summary>The labs on this host whose owner lives, in the order they were started.</summary>
    public static IEnumerable<LabDirectory> Living() =>
        !Directory.Exists(Base) ? [] : new DirectoryInfo(Base).GetDirectories()
            .OrderBy(d => d.CreationTimeUtc).Select(d => new LabDirectory(d.Name)).Where(d => d.Owner.IsAlive);

    /// <summary>The process that started the lab; no process at all for what only looks like a lab.</summary>
    public HostProcess Owner =>
        Name.Split('.') is [_, var pid, var start, _]
        && int.TryParse(pid, CultureInfo.InvariantCulture, out var p)
        && long.TryParse(start, CultureInfo.InvariantCulture, out var s) ? new HostProcess(p, s) : default;

    /// <summary>Copies one of the scripts that this assembly carries.</summary>
    public static void WriteScript(string resource, string path)
    {
        using var source = typeof(LabDirectory).Assembly.GetManifestResourceStream(resource)
            ?? throw new LabException($"The script {resource} is not part of this build.");
        using var target = File.Create(path);
        source.CopyTo(target);
    }
}
