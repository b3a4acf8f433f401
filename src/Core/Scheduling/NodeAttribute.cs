using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Core.Scheduling;

/// <summary>One fact about a node that placement can ask for, under the key a constraint uses.</summary>
internal readonly record struct NodeAttribute(string Key, string Value)
{
    public const string NodeLabel = "node.labels.";
    public const string EngineLabel = "engine.labels.";

    /// <summary>Facts with no constraint key: "does it describe plugins of this type", and which.</summary>
    public const string PluginTypes = "plugins";
    public const string Plugin = "plugin.";

    /// <summary>All facts of a node. A label with an empty value is the same as none, as it is for Docker.</summary>
    public static List<NodeAttribute> Of(Node node)
    {
        var about = node.Description;
        List<NodeAttribute> found =
        [
            new("node.id", node.Id.ToString()),
            new("node.role", node.Spec.Role == NodeRole.Manager ? "manager" : "worker"),
        ];
        Add("node.hostname", about.Hostname);
        Add("node.platform.os", about.Os);
        Add("node.platform.arch", Platform.Architecture(about.Architecture));
        if (IpAddr.TryParse(node.Address, out var address))
            Add("node.ip", address.ToString());
        foreach (var (name, value) in node.Spec.Labels ?? [])
            Add(NodeLabel + name, value);
        foreach (var (name, value) in about.EngineLabels ?? [])
            Add(EngineLabel + name, value);
        foreach (var plugin in about.Plugins ?? [])
        {
            Add(Plugin + plugin.Type, plugin.Name);
            if (!found.Contains(new(PluginTypes, plugin.Type)))
                Add(PluginTypes, plugin.Type);
        }
        return found;

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                found.Add(new(key, value));
        }
    }

    /// <summary>
    /// The index key of a constraint's key: words in any case, the label name as written. Null for a key that no node
    /// can have.
    /// </summary>
    public static string? Canonical(string key)
    {
        foreach (var prefix in (ReadOnlySpan<string>)[NodeLabel, EngineLabel])
        {
            if (key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return string.Concat(prefix, key.AsSpan(prefix.Length));
        }
        foreach (var known in Known)
        {
            if (key.Equals(known, StringComparison.OrdinalIgnoreCase))
                return known;
        }
        return null;
    }

    private static readonly string[] Known =
        ["node.id", "node.hostname", "node.ip", "node.role", "node.platform.os", "node.platform.arch"];
}
