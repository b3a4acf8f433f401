using Orch.Stacks.Yaml;

namespace Orch.Stacks.Reading;

/// <summary>
/// A mount: <c>[SOURCE:]TARGET[:OPTIONS]</c> or the long form. A source that begins with <c>/ . ~</c> is a path, else a
/// volume's name. Canonical: type, source, target, read_only and the type's options.
/// </summary>
internal static class VolumeReader
{
    private static readonly Reader Long = Shape.Map(
        new("type", Plain.OneOf("volume", "bind", "tmpfs", "npipe", "cluster", "image")), new("source", Plain.Text), new("target", Plain.Text),
        new("read_only", Plain.Bool), new("consistency", Plain.Text),
        new("bind", Shape.Map(
            new("propagation", Plain.OneOf("private", "rprivate", "shared", "rshared", "slave", "rslave")),
            new("create_host_path", Plain.Bool),
            new("recursive", Plain.OneOf("enabled", "disabled", "writable", "readonly")),
            new("selinux", Plain.Text, "SELinux labels of mounts are the node's own matter"))),
        new("volume", Shape.Map(new Field("nocopy", Plain.Bool), new("subpath", Plain.Text),
            new("labels", Shape.Pairs(), "labels belong to the volume's own entry under volumes"))),
        new("tmpfs", Shape.Map(new Field("size", Size), new("mode", Plain.Count))),
        new("image", Plain.Anything, "mounting an image is not supported"),
        new("cluster", Plain.Anything, "cluster volumes are not supported"));

    public static Node? Read(Node node, string path, Context context)
    {
        if (node is ScalarNode { IsNull: false } scalar)
            return Short(scalar, path, context);
        if (node is not MapNode map)
            return Plain.Wrong(context, node, $"{path} must be a mount like data:/data, not {Plain.Name(node)}");
        if (Long(map, path, context) is not MapNode mount)
            return null;
        if (map["type"] is null)
            return Plain.Wrong(context, node, $"{path} has no type", "volume, bind and tmpfs are the usual ones");
        if (map["target"] is null)
            return Plain.Wrong(context, node, $"{path} has no target", "target is the path inside the container");
        var type = (mount["type"] as ScalarNode)?.Text;
        foreach (var other in new[] { "bind", "volume", "tmpfs" })
            if (type is not null && other != type && map.Find(other) is { } entry)
                context.Problems.Error(entry.At, $"{path}: options under '{other}' do not go with type {type}");
        if (type == "bind" && map["source"] is null)
            return Plain.Wrong(context, node, $"{path} has no source", "a bind mount needs the path on the node");
        return type == "bind" && mount["source"] is ScalarNode source
            ? mount.Put("source", ScalarNode.Of(source.At, Paths.Resolve(context, source.Text))) : mount;
    }

    private static Node? Short(ScalarNode scalar, string path, Context context)
    {
        var at = scalar.At;
        var parts = scalar.Text.Split(':');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0))
            return Plain.Wrong(context, scalar, $"{path}: '{scalar.Text}' is not a mount", "write [SOURCE:]TARGET[:ro], like data:/data or ./conf:/etc/app:ro");
        if (parts.Length == 1)
            return new MapNode(at, [Text("type", "volume", at), Text("target", parts[0], at)]);
        var isPath = parts[0][0] is '/' or '.' or '~';
        List<Entry> entries =
        [
            Text("type", isPath ? "bind" : "volume", at),
            Text("source", isPath ? Paths.Resolve(context, parts[0]) : parts[0], at),
            Text("target", parts[1], at),
        ];
        foreach (var option in parts.Length == 3 ? parts[2].Split(',') : [])
            Option(entries, option, isPath, scalar, path, context);
        return new MapNode(at, entries);
    }

    private static void Option(List<Entry> entries, string option, bool isPath, ScalarNode scalar, string path, Context context)
    {
        var at = scalar.At;
        switch (option)
        {
            case "ro":
                entries.Add(new("read_only", at, ScalarNode.Of(at, true)));
                break;
            case "rw":
                break;
            case "nocopy" when !isPath:
                entries.Add(new("volume", at, new MapNode(at, [new("nocopy", at, ScalarNode.Of(at, true))])));
                break;
            case "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" when isPath:
                entries.Add(new("bind", at, new MapNode(at, [Text("propagation", option, at)])));
                break;
            case "z" or "Z" or "cached" or "delegated" or "consistent":
                context.Problems.Warn(at, $"{path}: option '{option}' is not honoured", "it has no meaning on a cluster's nodes");
                break;
            default:
                context.Problems.Error(at, $"{path}: '{option}' is no option of a mount", "ro, rw, nocopy (volumes) and the propagation modes (paths) are");
                break;
        }
    }

    private static ScalarNode? Size(Node node, string path, Context context) =>
        Plain.Bytes(node, path, context) is ScalarNode size ? new ScalarNode(size.At, size.Text, ScalarKind.Integer) : null;

    private static Entry Text(string key, string value, Position at) => new(key, at, ScalarNode.Of(at, value));
}

/// <summary>Paths on the machine that reads the stack file.</summary>
internal static class Paths
{
    /// <summary>Relative ones start from the stack file's folder; <c>~</c> is the user's home.</summary>
    public static string Resolve(Context context, string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            return context.Environment("HOME") is { Length: > 0 } home ? home.TrimEnd('/') + path[1..] : path;
        return path.StartsWith('/') ? path : Path.GetFullPath(Path.Combine(context.Directory, path));
    }
}
