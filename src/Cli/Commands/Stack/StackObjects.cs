using System.Text.Json;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

/// <summary>A network, secret or config as far as stacks care: what it is called and labelled, and what it was made from.</summary>
internal sealed record NamedObject(string Id, string Name, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>An update names the version that it was made of; networks have none.</summary>
    public ulong Version { get; init; }
    public JsonElement Spec { get; init; }
}

/// <summary>What the cluster has of a stack, found by the label that all of it carries.</summary>
internal sealed class StackObjects(Invocation call, string stack)
{
    private readonly string _filter = Filter("label", $"{StackNames.Namespace}={stack}");

    public string Stack { get; } = stack;

    public List<ServiceView> Services(bool status = false)
    {
        var services = call.Client.Get(Query.Path("/services", _filter, status ? "status=true" : ""), ApiJson.Default.ListServiceView);
        services.Sort((a, b) => string.CompareOrdinal(a.Spec.Name, b.Spec.Name));
        return services;
    }

    public List<TaskView> Tasks(params IEnumerable<string> filters)
    {
        var all = Query.Filters(filters);
        Query.Add(all, "label", $"{StackNames.Namespace}={Stack}");
        return call.Client.Get(Query.Path("/tasks", Query.Encode(all)), ApiJson.Default.ListTaskView);
    }

    /// <summary>Kind is networks, secrets or configs.</summary>
    public List<NamedObject> Objects(string kind) => [.. List(kind, _filter)
        .Where(o => o.Labels.GetValueOrDefault(StackNames.Namespace) == Stack).OrderBy(o => o.Name, StringComparer.Ordinal)];

    /// <summary>Null when there is none with exactly this name.</summary>
    public NamedObject? Find(string kind, string name) => List(kind, Filter("name", name)).FirstOrDefault(o => o.Name == name);

    private List<NamedObject> List(string kind, string filter)
    {
        using var answer = JsonDocument.Parse(call.Client.Get(Query.Path("/" + kind, filter)));
        return [.. answer.RootElement.EnumerateArray().Select(Read)];
    }

    private static NamedObject Read(JsonElement item)
    {
        // Networks say it at the top level, secrets and configs in their spec.
        var spec = item.TryGetProperty("Spec", out var inner) ? inner : item;
        var id = item.TryGetProperty("ID", out var upper) ? upper : item.GetProperty("Id");
        var labels = spec.TryGetProperty("Labels", out var map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString() ?? "") : [];
        return new(id.GetString() ?? "", spec.GetProperty("Name").GetString() ?? "", labels)
        {
            Version = item.TryGetProperty("Version", out var version) && version.TryGetProperty("Index", out var index) ? index.GetUInt64() : 0,
            Spec = spec.Clone(),
        };
    }

    private static string Filter(string key, string value)
    {
        var filters = Query.Filters([]);
        Query.Add(filters, key, value);
        return Query.Encode(filters);
    }
}
