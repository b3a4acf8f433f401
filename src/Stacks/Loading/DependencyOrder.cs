using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>The order that depends_on asks for.</summary>
internal static class DependencyOrder
{
    public static void Check(MapNode services, ProblemList problems)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var entry in services.Entries)
            Visit(entry.Key, services, done, path, problems);
    }

    private static void Visit(string name, MapNode services, HashSet<string> done, List<string> path, ProblemList problems)
    {
        if (done.Contains(name) || services[name] is not MapNode service)
            return;
        path.Add(name);
        foreach (var dependency in (service["depends_on"] as MapNode)?.Entries ?? [])
        {
            var start = path.IndexOf(dependency.Key);
            if (start >= 0)
                problems.Error(dependency.At, $"services depend on each other in a circle: {string.Join(" → ", path.Skip(start).Append(dependency.Key))}",
                    "take one of these depends_on away");
            else
                Visit(dependency.Key, services, done, path, problems);
        }
        path.RemoveAt(path.Count - 1);
        done.Add(name);
    }

    /// <summary>Names such that each comes after what it depends on; else alphabetical. Circles must have been refused.</summary>
    public static IReadOnlyList<string> Sort(IReadOnlyDictionary<string, IReadOnlyCollection<string>> dependencies)
    {
        var order = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        void Add(string name)
        {
            if (!dependencies.TryGetValue(name, out var needed) || !seen.Add(name))
                return;
            foreach (var dependency in needed.Order(StringComparer.Ordinal))
                Add(dependency);
            order.Add(name);
        }
        foreach (var name in dependencies.Keys.Order(StringComparer.Ordinal))
            Add(name);
        return order;
    }
}
