using System.Text;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>
/// The /etc/resolv.conf of tasks, one file each: the engine mounts it by its inode, so it is written once, before the
/// container is made, and never changed. Through it a task asks this machine's name server itself; the engine's embedded
/// one, which is silent while the engine is, stays out of the way.
/// </summary>
internal sealed class ResolvFiles(string folder)
{
    /// <summary>The resolver of most C libraries reads no more.</summary>
    private const int MostServers = 3;

    public void Write(TaskId task, IpAddr nameServer, DnsConfig? wanted)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(PathOf(task), Text(nameServer, wanted));
    }

    /// <summary>Harmless without one. What cannot be removed is tried again when the agent starts.</summary>
    public void Remove(TaskId task) => TryDelete(PathOf(task));

    /// <summary>Of tasks that are not here any more.</summary>
    public void KeepOnly(IReadOnlySet<TaskId> tasks)
    {
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            if (!Ids.TryParse<TaskId>(Path.GetFileName(file), out var task) || !tasks.Contains(task))
                TryDelete(file);
        }
    }

    private static void TryDelete(string file)
    {
        if (!File.Exists(file))
            return;
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file too many harms nobody; an agent that ends for it would.
        }
    }

    public static string Text(IpAddr nameServer, DnsConfig? wanted)
    {
        var text = new StringBuilder();
        foreach (var server in (wanted?.Nameservers ?? []).Prepend(nameServer.ToString()).Take(MostServers))
            text.Append("nameserver ").Append(server).Append('\n');
        if (wanted?.Search is { Count: > 0 } search)
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        var options = wanted?.Options ?? [];
        if (!options.Exists(option => option.StartsWith("ndots:", StringComparison.Ordinal)))
            options = [.. options, "ndots:0"];
        return text.Append("options ").AppendJoin(' ', options).Append('\n').ToString();
    }

    private string PathOf(TaskId task) => Path.Combine(folder, task.ToString());
}
