using System.Text.Json;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Services;

/// <summary>Names of objects that a spec refers to by id; the manager answers it, tests answer it from a table.</summary>
internal interface IObjectLookup
{
    string NetworkId(string name);
    string SecretId(string name);
    string ConfigId(string name);
}

/// <summary>Asks the manager.</summary>
internal sealed class ObjectLookup(OrchClient client) : IObjectLookup
{
    public string NetworkId(string name)
    {
        var network = JsonDocument.Parse(client.Get($"/networks/{Query.Segment(name)}?scope=swarm")).RootElement;
        return Text(network, "Id") ?? name;
    }

    public string SecretId(string name) => Find("secret", name);

    public string ConfigId(string name) => Find("config", name);

    private string Find(string kind, string name)
    {
        var filter = $$$"""{"name":{{{{GoJson.Quote(name)}}}:true}}""";
        var list = ApiJson.Default.JsonElement;
        var found = JsonSerializer.Deserialize(client.Get($"/{kind}s?filters={Uri.EscapeDataString(filter)}"), list);
        foreach (var item in found.EnumerateArray())
            if (item.TryGetProperty("Spec", out var spec) && Text(spec, "Name") == name)
                return Text(item, "ID") ?? "";
        throw new CommandException($"{kind} not found: {name}");
    }

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out var text) ? text.GetString() : null;
}
