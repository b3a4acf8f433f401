using System.Text;
using Orch.Contracts.Machine;
using Orch.Core.Model;

namespace Orch.Manager.Hosting;

/// <summary>
/// Says on this machine's disk that it is about to found a cluster, and as which node, until it has. Without it a machine that lost
/// its membership could take what it finds in the store for its own unfinished work, and come back as somebody else.
/// </summary>
internal static class FoundingMark
{
    /// <summary>Null where nothing was begun.</summary>
    /// <exception cref="InvalidDataException">The file is not what this wrote.</exception>
    public static NodeId? Load(MachinePaths paths)
    {
        var path = PathOf(paths);
        if (!File.Exists(path))
            return null;
        return Ids.TryParse<NodeId>(File.ReadAllText(path).Trim(), out var node) ? node
            : throw new InvalidDataException($"{path} names no node: remove it, and the schema or prefix that was begun, and run `orch init` again");
    }

    public static void Save(MachinePaths paths, NodeId node) => DurableFile.Write(PathOf(paths), Encoding.ASCII.GetBytes($"{node}\n"));

    public static void Remove(MachinePaths paths)
    {
        File.Delete(PathOf(paths));
        DurableFile.FlushDirectory(paths.ManagerDir);
    }

    private static string PathOf(MachinePaths paths) => Path.Combine(paths.ManagerDir, "founding");
}
