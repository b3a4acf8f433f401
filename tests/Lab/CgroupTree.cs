using System.Globalization;

namespace Orch.Testing;

/// <summary>The control groups of a lab or of one machine, in every hierarchy of the host: version 1 controllers each
/// with a tree of its own, the unified tree of version 2, or both.</summary>
internal sealed class CgroupTree(string group)
{
    private static readonly IReadOnlyList<Mount> _hierarchies =
    [
        .. MountTable.Read().Where(m =>
            m.Type is "cgroup" or "cgroup2" && MountTable.Contains("/sys/fs/cgroup", m.Point)),
    ];

    public IEnumerable<string> Directories() =>
        _hierarchies.Select(h => $"{h.Point}/{group}").Where(Directory.Exists);

    /// <summary>Host pids of all processes, those of containers included.</summary>
    public IEnumerable<int> Pids()
    {
        var hierarchy = _hierarchies.FirstOrDefault(h => h.Options.Contains("pids")) ?? _hierarchies[0];
        var root = $"{hierarchy.Point}/{group}";
        if (!Directory.Exists(root)) return [];
        return Directory.EnumerateFiles(root, "cgroup.procs", SearchOption.AllDirectories)
            .SelectMany(ReadLines).Select(pid => int.Parse(pid, CultureInfo.InvariantCulture));
    }

    /// <summary>Stops or resumes every process at once; returns when the kernel says it is done.</summary>
    public Task SetFrozenAsync(bool frozen, CancellationToken cancel)
    {
        var v1 = _hierarchies.FirstOrDefault(h => h.Options.Contains("freezer"));
        if (v1 is not null)
        {
            var file = $"{v1.Point}/{group}/freezer.state";
            var state = frozen ? "FROZEN" : "THAWED";
            File.WriteAllText(file, state);
            return Until.TrueAsync($"{group} is {state}", () => File.ReadAllText(file).Trim() == state, cancel: cancel);
        }
        var root = $"{_hierarchies.First(h => h.Type == "cgroup2").Point}/{group}";
        var line = frozen ? "frozen 1" : "frozen 0";
        File.WriteAllText($"{root}/cgroup.freeze", frozen ? "1" : "0");
        return Until.TrueAsync($"{group} says {line}",
            () => ReadLines($"{root}/cgroup.events").Contains(line), cancel: cancel);
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];   // a container's group went away meanwhile
        }
    }
}
