using System.Text;
using Orch.Stacks.Interpolation;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>The last step of reading, once all files are merged: profiles choose services, files of variables become environment.</summary>
internal sealed class ServiceFinisher(
    FileReader read, Func<string, string?> lookup, ProblemList problems, Func<string, string> display, ExpansionBudget budget)
{
    private const int MaxEnvFileBytes = 1 << 20;

    public MapNode? Finish(MapNode root, HashSet<string> profiles)
    {
        if (root["services"] is not MapNode services)
            return null;
        return new MapNode(services.At, [.. services.Entries
            .Where(entry => entry.Value is MapNode service && IsActive(service, profiles))
            .Select(entry => entry with { Value = Finish((MapNode)entry.Value) })
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)]);
    }

    private static bool IsActive(MapNode service, HashSet<string> active) =>
        service["profiles"] is not ListNode { Items.Count: > 0 } profiles || active.Contains("*")
            || profiles.Items.OfType<ScalarNode>().Any(profile => active.Contains(profile.Text));

    private MapNode Finish(MapNode service)
    {
        service = Labels(Environment(service));
        foreach (var done in new[] { "env_file", "label_file" })
            service = service.Without(done);
        return service;
    }

    /// <summary>A key without a value takes that of the environment; without one there, it unsets the image's.</summary>
    private MapNode Environment(MapNode service)
    {
        var own = service["environment"] as MapNode;
        if (own is null && service["env_file"] is null)
            return service;
        var at = own?.At ?? service["env_file"]!.At;
        var values = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var file in (service["env_file"] as ListNode)?.Items.OfType<MapNode>() ?? [])
            foreach (var (key, value) in EnvFile(file))
                values[key] = new(key, file.At, value is null ? ScalarNode.Null(file.At) : ScalarNode.Of(file.At, value));
        foreach (var entry in own?.Entries ?? [])
            values[entry.Key] = entry.Value is ScalarNode { IsNull: true } && lookup(entry.Key) is { } set
                ? entry with { Value = ScalarNode.Of(entry.Value.At, set) } : entry;
        return values.Count == 0 ? service.Without("environment") : service.Put("environment", new MapNode(at, [.. values.Values]));
    }

    private List<KeyValuePair<string, string?>> EnvFile(MapNode file)
    {
        if (file["path"] is not ScalarNode path || budget.IsSpent)
            return [];
        var content = read(path.Text, MaxEnvFileBytes);
        if (content.Bytes is not { } bytes)
        {
            if (file["required"] is not ScalarNode { Text: "false" })
                problems.Error(path.At, $"cannot read env_file {display(path.Text)}: {content.Error}", "required: false makes a missing file no error");
            return [];
        }
        if (!CanAfford(bytes.Length, path))
            return [];
        var text = Encoding.UTF8.GetString(bytes);
        return file["format"] is ScalarNode { Text: "raw" } ? DotEnv.ReadRaw(text, lookup)
            : DotEnv.Read(display(path.Text), text, lookup, problems, budget);
    }

    /// <summary>Many services, or many lines of one, may name the same large file.</summary>
    private bool CanAfford(int length, ScalarNode file)
    {
        try
        {
            budget.Spend(length);
            return true;
        }
        catch (FormatException e)
        {
            problems.Error(file.At, e.Message);
            return false;
        }
    }

    private MapNode Labels(MapNode service)
    {
        if (service["label_file"] is not ListNode files)
            return service;
        var values = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var path in files.Items.OfType<ScalarNode>().TakeWhile(_ => !budget.IsSpent))
        {
            var content = read(path.Text, MaxEnvFileBytes);
            if (content.Bytes is null)
                problems.Error(path.At, $"cannot read label_file {display(path.Text)}: {content.Error}");
            else if (CanAfford(content.Bytes.Length, path))
                foreach (var (key, value) in DotEnv.Read(display(path.Text), Encoding.UTF8.GetString(content.Bytes), lookup, problems, budget))
                    values[key] = new(key, path.At, ScalarNode.Of(path.At, value ?? ""));
        }
        foreach (var entry in (service["labels"] as MapNode)?.Entries ?? [])
            values[entry.Key] = entry;
        return service.Put("labels", new MapNode(files.At, [.. values.Values]));
    }
}
