using System.Globalization;

namespace Orch.Testing;

/// <summary>Finds what a lab left behind on the host: processes, control groups, mounts, its directory, network
/// devices, packet filter tables.</summary>
public static class LeakCheck
{
    private const string Bridge = "orchlab0";
    private const string Table = "orch_lab";

    /// <summary>One line for each thing left of the lab of that name; empty when it is gone without a trace.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(string labName)
    {
        var lab = new LabDirectory(labName);
        return
        [
            .. Processes(lab),
            .. new CgroupTree(lab.Group).Directories().Select(d => $"control group {d}"),
            .. MountTable.Read().Where(m => MountTable.Contains(lab.Path, m.Point)).Select(m => $"mount {m.Point}"),
            .. Directory.Exists(lab.Path) ? [$"directory {lab.Path}"] : Array.Empty<string>(),
            .. await TouchedHostAsync(),
        ];
    }

    /// <summary>Throws with the list unless it becomes empty within a while: the kernel takes namespaces down
    /// after the last process of theirs has gone.</summary>
    public static async Task AssertNothingLeftAsync(string labName, TimeSpan? patience = null)
    {
        IReadOnlyList<string> left = [];
        try
        {
            await Until.TrueAsync($"nothing is left of {labName}", async () =>
            {
                left = await FindAsync(labName);
                return left.Count == 0;
            }, patience ?? TimeSpan.FromSeconds(15));
        }
        catch (TimeoutException e)
        {
            throw new LabException($"{labName} left behind:\n{string.Join('\n', left)}", e);
        }
    }

    // Asking for a process' groups takes the kernel's lock on all of them, so those older than the owner are not asked.
    private static IEnumerable<string> Processes(LabDirectory lab) =>
        from entry in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out _)
        let process = HostProcess.Find(int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture))
        where process is { } p && p.StartTime >= lab.Owner.StartTime && p != HostProcess.Self
        let command = Read($"{entry}/cmdline").Replace('\0', ' ')
        where command.Contains(lab.Path) || Read($"{entry}/cgroup").Contains($"/{lab.Group}")
        select $"process {process.Value.Pid} {command}";

    // A lab's devices and rules live in namespaces of their own; none may ever be seen in the host's.
    private static async Task<IEnumerable<string>> TouchedHostAsync()
    {
        var found = Directory.Exists($"/sys/class/net/{Bridge}") ? [$"network device {Bridge}"] : new List<string>();
        var tables = await Shell.RunAsync(["nft", "list", "tables"], LabEnvironment.Variables);
        found.AddRange(tables.Output.Split('\n').Where(line => line.Contains(Table)));
        return found;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";   // ended meanwhile
        }
    }
}
