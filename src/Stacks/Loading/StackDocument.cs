using Orch.Stacks.Interpolation;
using Orch.Stacks.Reading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>One file on its way to canonical form: its services are read when asked for, since they extend each other.</summary>
internal sealed class StackDocument(StackLoader loader, MapNode root, Context context, string path)
{
    private const int MostServices = 1000;
    private readonly Dictionary<string, MapNode?> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inProgress = new(StringComparer.Ordinal);

    public MapNode Root { get; } = root;
    public Context Context { get; } = context;
    public string Path { get; } = path;
    private MapNode? Raw => Root["services"] as MapNode;

    /// <summary>The whole document in canonical form.</summary>
    public MapNode Canonical()
    {
        if (Raw is not { } raw)
            return Root;
        if (raw.Entries.Count > MostServices)
            Context.Problems.Error(raw.At, $"the file has more than {MostServices} services");
        var services = new List<Entry>();
        foreach (var entry in raw.Entries.Take(MostServices))
            if (Service(entry.Key) is { } service)
                services.Add(entry with { Value = service });
        return Root.Put("services", new MapNode(raw.At, services));
    }

    /// <summary>Null when there is none, or what there is is wrong (and has been reported).</summary>
    public MapNode? Service(string name)
    {
        if (_services.TryGetValue(name, out var known))
            return known;
        if (Raw?.Find(name) is not { } entry)
            return null;
        _inProgress.Add(name);
        var service = Read(entry);
        _inProgress.Remove(name);
        return _services[name] = service;
    }

    public bool IsInProgress(string name) => _inProgress.Contains(name);

    public IEnumerable<string> ServiceNames => Raw?.Entries.Select(entry => entry.Key) ?? [];

    private MapNode? Read(Entry entry)
    {
        if (entry.Value.Merging == Merging.Reset)
            return (MapNode)MapNode.Empty(entry.At).With(Merging.Reset);
        if (ServiceShape.Read(entry.Value, $"services.{entry.Key}", Context) is not MapNode own)
            return null;
        own = ResolvePaths(own);
        if (own["extends"] is not MapNode extends)
            return (MapNode)own.With(entry.Value.Merging);
        var found = loader.Extended(this, extends);
        return found is null ? own.Without("extends") : Merger.Maps(found, own.Without("extends"));
    }

    /// <summary>Files are found from the folder of the file that names them, wherever the service ends up.</summary>
    private MapNode ResolvePaths(MapNode service)
    {
        if (service["env_file"] is ListNode files)
            service = service.Put("env_file", new ListNode(files.At, [.. files.Items.OfType<MapNode>().Select(file => Absolute(file, "path"))])
            { Merging = files.Merging });
        if (service["label_file"] is ListNode labels)
            service = service.Put("label_file", new ListNode(labels.At,
                [.. labels.Items.OfType<ScalarNode>().Select(file => ScalarNode.Of(file.At, Paths.Resolve(Context, file.Text)))])
            { Merging = labels.Merging });
        return service;
    }

    private MapNode Absolute(MapNode map, string key) =>
        map[key] is ScalarNode file ? map.Put(key, ScalarNode.Of(file.At, Paths.Resolve(Context, file.Text))) : map;

    /// <summary>Secrets and configs with absolute paths, and external names where names are.</summary>
    public static MapNode Normalise(MapNode root, Context context)
    {
        foreach (var section in FileShape.Sections.Skip(1))
        {
            if (root[section] is not MapNode map)
                continue;
            root = root.Put(section, new MapNode(map.At, [.. map.Entries.Select(entry =>
                entry.Value is MapNode value ? entry with { Value = NormaliseOne(value, context) } : entry)]));
        }
        return root;
    }

    private static MapNode NormaliseOne(MapNode value, Context context)
    {
        var result = value;
        if (value["file"] is ScalarNode file)
            result = result.Put("file", ScalarNode.Of(file.At, Paths.Resolve(context, file.Text)));
        if (value["external"] is MapNode external)
        {
            result = result.Put("external", ScalarNode.Of(external.At, true));
            if (external["name"] is { } name && value["name"] is null)
                result = result.Put("name", name);
        }
        if (value["external"] is ScalarNode { Text: "false" })
            result = result.Without("external");
        return result;
    }

}
