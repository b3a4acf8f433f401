using System.Text.Json.Nodes;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>Which members of two specs differ, by the shortest words that tell them apart for a reader.</summary>
internal static class SpecChanges
{
    private static readonly string[] Understood = ["TaskTemplate.ContainerSpec.", "TaskTemplate.", "Mode.", "EndpointSpec."];

    /// <summary>In the order of the spec; lists count as one value each.</summary>
    public static IReadOnlyList<string> Between(ServiceSpec before, ServiceSpec after)
    {
        var changes = new List<string>();
        Compare(Node(before), Node(after), "", changes);
        return [.. changes.Select(Short).Distinct()];
    }

    private static JsonNode? Node(ServiceSpec spec) => JsonNode.Parse(ApiJson.Write(spec, ApiJson.Default.ServiceSpec));

    private static void Compare(JsonNode? before, JsonNode? after, string path, List<string> changes)
    {
        if (JsonNode.DeepEquals(before, after))
            return;
        if (before is null or JsonObject && after is null or JsonObject && (before ?? after) is not null)
        {
            var (old, now) = (before as JsonObject ?? [], after as JsonObject ?? []);
            foreach (var key in now.Select(pair => pair.Key).Concat(old.Select(pair => pair.Key)).Distinct().ToList())
                Compare(old[key], now[key], path.Length == 0 ? key : $"{path}.{key}", changes);
            return;
        }
        changes.Add(path);
    }

    private static string Short(string path)
    {
        foreach (var prefix in Understood)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
                return path[prefix.Length..];
        }
        return path;
    }
}
