using System.Text;
using Orch.Stacks.Interpolation;
using Orch.Stacks.Reading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>
/// Reads the files of a stack and everything they name, and makes one <see cref="StackFile"/> of them. What is wrong is in
/// <paramref name="problems"/>; the result is of use only when none of it is an error.
/// </summary>
public sealed class StackLoader(LoadOptions options, ProblemList problems)
{
    private const int MostFiles = 200;
    private readonly Dictionary<string, StackDocument> _extended = new(StringComparer.Ordinal);
    private readonly List<string> _including = [];
    private readonly ExpansionBudget _budget = new();
    private int _files;

    public StackFile Load()
    {
        var directory = options.Files[0] == LoadOptions.StandardInput ? options.WorkingDirectory
            : Path.GetDirectoryName(Full(options.WorkingDirectory, options.Files[0])) ?? "/";
        var lookup = Variables(directory, options.EnvFiles, options.Environment);
        MapNode? merged = null;
        foreach (var file in options.Files)
        {
            if (Read(file == LoadOptions.StandardInput ? file : Full(options.WorkingDirectory, file), null, directory, lookup) is not { } document)
                continue;
            var canonical = WithIncluded(document, lookup);
            merged = merged is null ? canonical : Merger.Maps(merged, canonical);
        }
        var root = merged is null ? MapNode.Empty(new(options.Files[0], 1, 1)) : (MapNode)Merger.Finish(merged);
        var services = new ServiceFinisher(options.Read, lookup, problems, Display, _budget).Finish(root, ActiveProfiles(lookup));
        var stack = new StackFile(services is null ? root : root.Put("services", services)) { Variable = lookup };
        // What was wrong in itself is left out by now, and would only be missed again.
        if (!problems.HasErrors)
            StackChecks.Check(stack, root["services"] as MapNode, options.Interpolate, problems);
        return stack;
    }

    /// <summary>The environment first, then the files of variables, where there are any.</summary>
    private Func<string, string?> Variables(string directory, IReadOnlyList<string> files, Func<string, string?> environment)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        var named = files.Count > 0;
        foreach (var file in named ? files : [".env"])
        {
            var path = Full(named ? options.WorkingDirectory : directory, file);
            var content = options.Read(path, YamlReader.MaxCharacters);
            if (content.Bytes is { } bytes)
                foreach (var (key, value) in DotEnv.Read(Display(path), Encoding.UTF8.GetString(bytes), environment, problems, _budget))
                    values[key] = value;
            else if (named)
                problems.Error(new(Display(path), 1, 1), $"cannot read the file of variables: {content.Error}");
        }
        return name => environment(name) ?? values.GetValueOrDefault(name);
    }

    private HashSet<string> ActiveProfiles(Func<string, string?> lookup) =>
        [.. options.Profiles, .. (lookup("COMPOSE_PROFILES") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private StackDocument? Read(string path, Position? namedAt, string directory, Func<string, string?> lookup)
    {
        var shown = Display(path);
        var at = namedAt ?? new Position(shown, 1, 1);
        if (++_files > MostFiles)
        {
            problems.Error(at, $"more than {MostFiles} files are included or extended");
            return null;
        }
        var content = options.Read(path, YamlReader.MaxCharacters);
        if (content.Bytes is null)
        {
            problems.Error(at, $"cannot read {shown}: {content.Error}");
            return null;
        }
        if (YamlReader.Read(shown, Decode(content.Bytes), problems) is not { } node)
            return null;
        var context = new Context(problems, directory, lookup);
        node = options.Interpolate ? new Interpolator(lookup, problems, _budget).Fill(node) : node;
        return FileShape.Read(node, "", context) is MapNode root
            ? new StackDocument(this, StackDocument.Normalise(root, context), context, path) : null;
    }

    private static string Decode(byte[] bytes) =>
        Encoding.UTF8.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);

    /// <summary>The document with what it includes; the same name in both is an error unless both say the same.</summary>
    private MapNode WithIncluded(StackDocument document, Func<string, string?> lookup)
    {
        var canonical = document.Canonical();
        if (canonical["include"] is not { } include)
            return canonical;
        canonical = canonical.Without("include");
        if (FileShape.Include(include, "include", document.Context) is not ListNode list)
            return canonical;
        _including.Add(document.Path);
        foreach (var item in list.Items.OfType<MapNode>())
            if (Included(item, document, lookup) is { } other)
                canonical = Join(canonical, other);
        _including.RemoveAt(_including.Count - 1);
        return canonical;
    }

    private MapNode? Included(MapNode item, StackDocument from, Func<string, string?> lookup)
    {
        MapNode? merged = null;
        var paths = ((ListNode?)item["path"])?.Items.OfType<ScalarNode>().ToList() ?? [];
        if (paths.Count == 0)
            return null;
        var first = Paths.Resolve(from.Context, paths[0].Text);
        var directory = item["project_directory"] is ScalarNode named
            ? Paths.Resolve(from.Context, named.Text) : Path.GetDirectoryName(first) ?? "/";
        var files = (item["env_file"] as ListNode)?.Items.OfType<ScalarNode>().Select(file => Paths.Resolve(from.Context, file.Text)).ToList();
        var variables = Variables(directory, files ?? [], lookup);
        foreach (var path in paths)
        {
            var full = Paths.Resolve(from.Context, path.Text);
            if (_including.Contains(full))
                problems.Error(path.At, $"{Display(full)} includes itself: {string.Join(" → ", _including.Append(full).Select(Display))}");
            else if (Read(full, path.At, directory, variables) is { } document)
            {
                var canonical = WithIncluded(document, variables);
                merged = merged is null ? canonical : Merger.Maps(merged, canonical);
            }
        }
        return merged;
    }

    private MapNode Join(MapNode root, MapNode other)
    {
        foreach (var section in FileShape.Sections)
        {
            if (other[section] is not MapNode theirs)
                continue;
            var ours = root[section] as MapNode ?? MapNode.Empty(theirs.At);
            foreach (var entry in theirs.Entries)
                if (ours[entry.Key] is not { } own)
                    ours = ours.Put(entry.Key, entry.Value);
                else if (!Merger.Same(own, entry.Value))
                    problems.Error(own.At, $"{section}.{entry.Key} is also in the included {entry.At}", "rename one, or override it from a further -c file");
            root = root.Put(section, ours);
        }
        return root;
    }

    /// <summary>The service that another one starts from; null after reporting that there is none.</summary>
    internal MapNode? Extended(StackDocument from, MapNode extends)
    {
        var name = (extends["service"] as ScalarNode)?.Text;
        if (name is null)
            return null;
        var document = extends["file"] is ScalarNode file ? Extended(Paths.Resolve(from.Context, file.Text), file.At, from) : from;
        if (document is null)
            return null;
        if (document.IsInProgress(name))
            problems.Error(extends.At, $"service {name} extends itself, directly or through others");
        else if (document.Service(name) is { } service)
            return service.Without("profiles");
        else if (!document.ServiceNames.Contains(name))
            problems.Error(extends["service"]!.At, $"there is no service {name} in {Display(document.Path)} to extend",
                Nearest.To(name, document.ServiceNames) is { } near ? $"did you mean {near}?" : null);
        return null;
    }

    private StackDocument? Extended(string path, Position at, StackDocument from)
    {
        if (path == from.Path)
            return from;
        if (_extended.TryGetValue(path, out var known))
            return known;
        return Read(path, at, Path.GetDirectoryName(path) ?? "/", from.Context.Environment) is { } document
            ? _extended[path] = document : null;
    }

    private static string Full(string directory, string path) => Path.GetFullPath(Path.Combine(directory, path));

    private string Display(string path)
    {
        if (path == LoadOptions.StandardInput)
            return path;
        var relative = Path.GetRelativePath(options.WorkingDirectory, path);
        return relative.StartsWith("../../..", StringComparison.Ordinal) ? path : relative;
    }
}
