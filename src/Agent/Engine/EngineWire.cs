using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Agent.Engine;

// The engine's answers, cut down to what is read. Everything may be absent: Podman and old engines leave things out.

internal sealed record WireError(string? Message);

internal sealed record WireCreated(string? Id);

internal sealed record WireListed(string? Id);

internal sealed record WireContainer
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public WireState? State { get; init; }
    public WireContainerConfig? Config { get; init; }
    public WireNetworkSettings? NetworkSettings { get; init; }
}

internal sealed record WireState
{
    public string? Status { get; init; }
    public bool Running { get; init; }
    public bool OOMKilled { get; init; }
    public int Pid { get; init; }
    public int ExitCode { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public WireHealth? Health { get; init; }
}

internal sealed record WireHealth(string? Status);

internal sealed record WireContainerConfig
{
    public Dictionary<string, string>? Labels { get; init; }
    public WireHealthcheck? Healthcheck { get; init; }
    public bool Tty { get; init; }
    public Dictionary<string, JsonElement>? ExposedPorts { get; init; }

    /// <summary>The TCP ones of "80/tcp", "53/udp" …; without a protocol it is tcp.</summary>
    public IReadOnlyList<ushort> ExposedTcpPorts() =>
    [
        .. (ExposedPorts ?? []).Keys.Select(key => key.Split('/'))
            .Where(parts => parts is [_] or [_, "tcp"])
            .Select(parts => ushort.TryParse(parts[0], CultureInfo.InvariantCulture, out var port) ? port : (ushort)0)
            .Where(port => port > 0).Order(),
    ];
}

internal sealed record WireHealthcheck(List<string>? Test);

internal sealed record WireNetworkSettings(Dictionary<string, List<WireBinding>?>? Ports);

internal sealed record WireBinding(string? HostPort);

internal sealed record WireConnect(string Container, EndpointConfig EndpointConfig);

internal sealed record WireDisconnect(string Container, bool Force);

internal sealed record WireEndpoint(string? MacAddress, string? IPv4Address);

internal sealed record WireNetwork
{
    public Dictionary<string, WireEndpoint>? Containers { get; init; }

    /// <summary>As they are to be connected again: the address without the subnet's length.</summary>
    public Dictionary<string, EndpointConfig> Endpoints() => (Containers ?? [])
        .Where(container => container.Value.IPv4Address is { Length: > 0 })
        .ToDictionary(
            container => container.Key,
            container => new EndpointConfig(new(container.Value.IPv4Address!.Split('/')[0]), container.Value.MacAddress));

    public string? Id { get; init; }
    public string? Name { get; init; }
    public bool Internal { get; init; }
    public WireAddressing? IPAM { get; init; }

    public EngineNetworkState ToState() => new(
        Id ?? "", Name ?? "", IPAM?.Config?.FirstOrDefault()?.Subnet ?? "", IPAM?.Config?.FirstOrDefault()?.Gateway ?? "", Internal);
}

internal sealed record WireAddressing(List<WireSubnet>? Config);

internal sealed record WireSubnet(string? Subnet, string? Gateway);

internal sealed record WireImage(string? Id, WireContainerConfig? Config);

internal sealed record WireInfo
{
    public string? Name { get; init; }
    public string? Architecture { get; init; }
    public string? OSType { get; init; }
    public int NCPU { get; init; }
    public long MemTotal { get; init; }
    public string? ServerVersion { get; init; }
    public bool LiveRestoreEnabled { get; init; }
    public List<string>? Labels { get; init; }
    public Dictionary<string, List<string>?>? Plugins { get; init; }
    public List<WireGenericResource>? GenericResources { get; init; }
    public WireSwarm? Swarm { get; init; }
}

internal sealed record WireSwarm(string? LocalNodeState);

internal sealed record WireGenericResource(WireNamed? NamedResourceSpec, WireDiscrete? DiscreteResourceSpec);

internal sealed record WireNamed(string? Kind, string? Value);

internal sealed record WireDiscrete(string? Kind, long Value);

internal sealed record WireEvent
{
    public string? Type { get; init; }
    public string? Action { get; init; }
    public WireActor? Actor { get; init; }
    [JsonPropertyName("timeNano")] public long TimeNano { get; init; }
}

internal sealed record WireActor
{
    [JsonPropertyName("ID")] public string? Id { get; init; }
    public Dictionary<string, string>? Attributes { get; init; }
}

/// <summary>One line of a pull's progress; only errors are of interest.</summary>
internal sealed record WirePullProgress(string? Status, string? Error, WireErrorDetail? ErrorDetail);

internal sealed record WireErrorDetail(string? Message);

[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 64)]
[JsonSerializable(typeof(ContainerCreate))]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(WireConnect))]
[JsonSerializable(typeof(WireDisconnect))]
[JsonSerializable(typeof(WireNetwork))]
[JsonSerializable(typeof(List<WireNetwork>))]
[JsonSerializable(typeof(EngineNetworkCreate))]
[JsonSerializable(typeof(WireCreated))]
[JsonSerializable(typeof(List<WireListed>))]
[JsonSerializable(typeof(WireContainer))]
[JsonSerializable(typeof(WireImage))]
[JsonSerializable(typeof(WireInfo))]
[JsonSerializable(typeof(WireEvent))]
[JsonSerializable(typeof(WirePullProgress))]
internal sealed partial class EngineJson : JsonSerializerContext;
