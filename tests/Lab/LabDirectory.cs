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

    /// <summary>Copies one of the scripts that this assembly carries.</summary>
    public static void WriteScript(string resource, string path)
    {
        using var source = typeof(LabDirectory).Assembly.GetManifestResourceStream(resource)
            ?? throw new LabException($"The script {resource} is not part of this build.");
        using var target = File.Create(path);
        source.CopyTo(target);
    }
}
