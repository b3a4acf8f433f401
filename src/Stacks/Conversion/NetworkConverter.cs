using Orch.Core.Model.Specs;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>The networks of a stack and who is attached to them. A service that names none is attached to STACK_default.</summary>
internal sealed class NetworkConverter(StackFile file, string stack)
{
    public const string Default = "default";
    private static readonly string[] OfTheEngine = ["host", "none", "bridge"];

    public List<PlannedNetwork> Convert()
    {
        var used = new SortedSet<string>(file.Services.Entries.SelectMany(entry => Keys((MapNode)entry.Value)), StringComparer.Ordinal);
        return [.. used.Where(key => !OfTheEngine.Contains(Name(key))).Select(Network)];
    }

    private static IEnumerable<string> Keys(MapNode service) => EngineNetwork(service) is not null ? []
        : service.Map("networks") is { Entries.Count: > 0 } networks ? networks.Entries.Select(entry => entry.Key) : [Default];

    /// <summary>network_mode names one of the engine's own networks instead.</summary>
    private static string? EngineNetwork(MapNode service) =>
        service.Text("network_mode") is { } mode && OfTheEngine.Contains(mode) ? mode : null;

    private MapNode? Defined(string key) => file.Networks[key] as MapNode;

    private string Name(string key) => Defined(key).Text("name")
        ?? (Defined(key).Bool("external") == true ? key : StackNames.Scope(stack, key));

    private PlannedNetwork Network(string key)
    {
        var network = Defined(key);
        var at = file.Networks.Find(key)?.At ?? file.Services.At;
        if (network.Bool("external") == true)
            return new(key, Name(key), at) { IsExternal = true };
        return new(key, Name(key), at)
        {
            Request = JsonBody.Of(json =>
            {
                json.WriteString("Name", Name(key));
                json.WriteString("Driver", network.Text("driver") ?? "overlay");
                json.WriteString("Scope", "");
                if (network.Bool("enable_ipv6") is { } six)
                    json.WriteBoolean("EnableIPv6", six);
                if (network.Bool("enable_ipv4") is { } four)
                    json.WriteBoolean("EnableIPv4", four);
                Ipam(json, network.Map("ipam"));
                json.WriteBoolean("Internal", network.Bool("internal") ?? false);
                json.WriteBoolean("Attachable", network.Bool("attachable") ?? false);
                json.WriteBoolean("Ingress", false);
                json.WriteBoolean("ConfigOnly", false);
                json.WriteNull("ConfigFrom");
                json.Pairs("Options", network.Pairs("driver_opts"));
                json.Pairs("Labels", StackNames.Labels(stack, network.Pairs("labels")));
            }),
        };
    }

    private static void Ipam(System.Text.Json.Utf8JsonWriter json, MapNode? ipam)
    {
        if (ipam is null)
        {
            json.WriteNull("IPAM");
            return;
        }
        json.WriteStartObject("IPAM");
        json.WriteString("Driver", ipam.Text("driver") ?? "");
        json.Pairs("Options", ipam.Pairs("options"));
        json.WriteStartArray("Config");
        foreach (var pool in ipam.Maps("config"))
        {
            json.WriteStartObject();
            foreach (var (member, key) in new[] { ("Subnet", "subnet"), ("IPRange", "ip_range"), ("Gateway", "gateway") })
                if (pool.Text(key) is { } text)
                    json.WriteString(member, text);
            if (pool.Pairs("aux_addresses") is { } addresses)
                json.Pairs("AuxiliaryAddresses", addresses);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public List<NetworkAttachment> Attachments(string service, MapNode definition)
    {
        if (EngineNetwork(definition) is { } mode)
            return [new() { Target = mode }];
        var networks = definition.Map("networks");
        return [.. Keys(definition).Select(key => Attachment(key, service, networks.Map(key)))
            .OrderBy(attachment => attachment.Target, StringComparer.Ordinal)];
    }

    private NetworkAttachment Attachment(string key, string service, MapNode? options)
    {
        var name = Name(key);
        return new()
        {
            Target = name,
            Aliases = OfTheEngine.Contains(name) ? null : [.. options.Texts("aliases") ?? [], service],
            DriverOpts = options.Pairs("driver_opts"),
        };
    }
}
