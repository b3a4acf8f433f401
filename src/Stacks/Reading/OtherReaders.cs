using System.Globalization;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Reading;

/// <summary>Readers for values with a short form of their own.</summary>
internal static class OtherReaders
{
    /// <summary>Words, or one text split by the shell's rules.</summary>
    public static Node? Command(Node node, string path, Context context)
    {
        if (node is ScalarNode { IsNull: true })
            return new ListNode(node.At, []);
        if (node is not ScalarNode scalar)
            return Shape.List(Plain.AnyText)(node, path, context);
        try
        {
            return new ListNode(node.At, [.. ShellWords.Split(scalar.Text).Select(word => ScalarNode.Of(node.At, word))]);
        }
        catch (FormatException e)
        {
            return Plain.Wrong(context, node, $"{path}: {e.Message}", "write a list of words instead");
        }
    }

    /// <summary>[CMD, …], [CMD-SHELL, text], [NONE], or a text for the shell.</summary>
    public static Node? HealthTest(Node node, string path, Context context)
    {
        if (node is ScalarNode { IsNull: false } text)
            return new ListNode(node.At, [ScalarNode.Of(node.At, "CMD-SHELL"), ScalarNode.Of(node.At, text.Text)]);
        if (Shape.List(Plain.AnyText)(node, path, context) is not ListNode list)
            return null;
        return list.Items.Count == 0 || list.Items[0] is ScalarNode { Text: "CMD" or "CMD-SHELL" or "NONE" } ? list
            : Plain.Wrong(context, list.Items[0], $"{path} must begin with CMD, CMD-SHELL or NONE, not {Plain.Show(list.Items[0])}",
                "write [CMD, …], or one text that a shell runs");
    }

    /// <summary>Names, or a mapping from name to options.</summary>
    public static Node? Networks(Node node, string path, Context context)
    {
        if (node is ListNode list)
        {
            var entries = new List<Entry>();
            for (var i = 0; i < Math.Min(list.Items.Count, Shape.MostItems); i++)
                if (Plain.Text(list.Items[i], $"{path}[{i}]", context) is ScalarNode name && entries.All(entry => entry.Key != name.Text))
                    entries.Add(new(name.Text, name.At, ScalarNode.Null(name.At)));
            return new MapNode(node.At, entries) { Merging = node.Merging };
        }
        return NetworkMap(node, path, context);
    }

    private const string NoAddress = "the cluster gives addresses";

    private static readonly Reader NetworkMap = Shape.Named(Shape.Map(
        new("aliases", Shape.List(Plain.Text)), new("driver_opts", Shape.Pairs()),
        new("ipv4_address", Plain.Text, NoAddress), new("ipv6_address", Plain.Text, NoAddress),
        new("link_local_ips", Plain.Anything, NoAddress), new("mac_address", Plain.Text, NoAddress),
        new("interface_name", Plain.Text, "the engine names a container's interfaces"),
        new("gw_priority", Plain.Integer, "the default route is chosen by the cluster"),
        new("priority", Plain.Integer, "networks are attached in the order of their names")), mayBeEmpty: true);

    /// <summary>{name: soft=hard} or {name: {soft, hard}}. Canonical: always both.</summary>
    public static readonly Reader Ulimits = Shape.Named((node, path, context) =>
        node is MapNode ? Shape.Map(new Field("soft", Plain.Integer) { Required = true },
            new Field("hard", Plain.Integer) { Required = true })(node, path, context)
        : Plain.Integer(node, path, context) is { } both
            ? new MapNode(node.At, [new("soft", node.At, both), new("hard", node.At, both)]) : null);

    /// <summary>Name → condition. The list form waits for the start only, as compose has it.</summary>
    public static Node? DependsOn(Node node, string path, Context context)
    {
        if (node is not ListNode list)
            return DependsOnMap(node, path, context);
        var entries = new List<Entry>();
        for (var i = 0; i < Math.Min(list.Items.Count, Shape.MostItems); i++)
            if (Plain.Text(list.Items[i], $"{path}[{i}]", context) is ScalarNode name && entries.All(entry => entry.Key != name.Text))
                entries.Add(new(name.Text, name.At, new MapNode(name.At,
                    [new("condition", name.At, ScalarNode.Of(name.At, "service_started")), new("required", name.At, ScalarNode.Of(name.At, true))])));
        return new MapNode(node.At, entries) { Merging = node.Merging };
    }

    private static readonly Reader DependsOnMap = Shape.Named((node, path, context) =>
        Shape.Map(new Field("condition", Plain.OneOf("service_started", "service_healthy", "service_completed_successfully"))
        { Required = true },
            new Field("required", Plain.Bool), new Field("restart", Plain.Bool, "a dependency's restart does not restart others"))
            (node, path, context) is MapNode map
            ? map["required"] is null ? map.Put("required", ScalarNode.Of(map.At, true)) : map : null);

    /// <summary>NAME, or {source, target, uid, gid, mode}.</summary>
    public static Node? FileReference(Node node, string path, Context context)
    {
        if (node is ScalarNode { Kind: ScalarKind.Text } name)
            return new MapNode(node.At, [new("source", node.At, name)]);
        return FileReferenceMap(node, path, context);
    }

    private static readonly Reader FileReferenceMap = Shape.Map(
        new Field("source", Plain.Text) { Required = true }, new("target", Plain.Text), new("uid", Plain.AnyText), new("gid", Plain.AnyText),
        new("mode", Mode));

    private static Node? Mode(Node node, string path, Context context) =>
        Plain.Count(node, path, context) is not ScalarNode mode ? null
        : long.Parse(mode.Text, CultureInfo.InvariantCulture) <= 4095 ? mode
        : Plain.Wrong(context, node, $"{path}: {mode.Text} is no file mode", "write it in octal with a leading zero, like 0440");

    /// <summary>HOST:IP or HOST=IP, or a mapping of both. Canonical: a list of HOST:IP.</summary>
    public static Node? ExtraHosts(Node node, string path, Context context)
    {
        if (node is MapNode map)
        {
            var items = new List<Node>();
            foreach (var entry in map.Entries)
                if (Shape.OneOrList(Plain.AnyText)(entry.Value, $"{path}.{entry.Key}", context) is ListNode addresses)
                    items.AddRange(addresses.Items.Select(address => (Node)ScalarNode.Of(entry.At, $"{entry.Key}:{((ScalarNode)address).Text}")));
            return new ListNode(node.At, items) { Merging = node.Merging };
        }
        return Shape.List((item, at, inner) => Plain.Text(item, at, inner) is not ScalarNode host ? null
            : host.Text.IndexOfAny([':', '=']) is > 0 and var split ? ScalarNode.Of(host.At, $"{host.Text[..split]}:{host.Text[(split + 1)..]}")
            : Plain.Wrong(inner, item, $"{at}: '{host.Text}' names no address", "write HOST:IP"))(node, path, context);
    }

    /// <summary>CPUs as a decimal number; canonical as text.</summary>
    public static Node? Cpus(Node node, string path, Context context) =>
        node is ScalarNode scalar && decimal.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus)
            && cpus <= 1_000_000 && decimal.Round(cpus, 9) == cpus
            ? ScalarNode.Of(node.At, scalar.Text)
            : Plain.Wrong(context, node, $"{path} must be a number of CPUs like 0.5, not {Plain.Show(node)}", "at most nine decimals");

    /// <summary>OS/ARCHITECTURE[/VARIANT]. Nodes tell no variant; the first of an architecture is on all of its machines.</summary>
    public static Node? Platform(Node node, string path, Context context)
    {
        if (Plain.Text(node, path, context) is not ScalarNode platform)
            return null;
        if (platform.Text.Split('/') is [var os, var architecture, var variant, ..]
            && (architecture, variant) is not (("arm64", "v8") or ("amd64", "v1")))
            context.Problems.Warn(node.At, $"{path}: variant '{variant}' is not honoured, tasks run on any {os}/{architecture}",
                "label the nodes that have it, and add a constraint on node.labels to deploy.placement");
        return platform;
    }

    /// <summary>true, false or {name: …}; canonical true or false, the name goes where names are.</summary>
    public static Node? External(Node node, string path, Context context) =>
        node is MapNode ? Shape.Map(new Field("name", Plain.Text))(node, path, context) : Plain.Bool(node, path, context);

    /// <summary>Paths, each alone or {path, required, format}.</summary>
    public static readonly Reader EnvFile = Shape.OneOrList((node, path, context) =>
        node is MapNode ? Shape.Map(new Field("path", Plain.Text) { Required = true }, new Field("required", Plain.Bool),
            new Field("format", Plain.OneOf("raw")))(node, path, context)
        : Plain.Text(node, path, context) is { } file ? new MapNode(node.At, [new("path", node.At, file)]) : null);

    /// <summary>The service whose values come first: a name in this file, or {file, service}.</summary>
    public static Node? Extends(Node node, string path, Context context) =>
        node is ScalarNode { Kind: ScalarKind.Text } ? new MapNode(node.At, [new("service", node.At, node)])
        : Shape.Map(new Field("service", Plain.Text) { Required = true }, new Field("file", Plain.Text))(node, path, context);
}
