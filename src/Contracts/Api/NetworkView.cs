using System.Text.Json.Serialization;

namespace Orch.Contracts.Api;

/// <summary>A network as Docker shows it (docker-api §4.6), with its habit of nulls.</summary>
public sealed record NetworkView
{
    public string Name { get; set; } = "";
    public string Id { get; set; } = "";
    public string Created { get; set; } = "0001-01-01T00:00:00Z";
    public string Scope { get; set; } = "swarm";
    public string Driver { get; set; } = "";
    public bool EnableIPv4 { get; set; } = true;
    public bool EnableIPv6 { get; set; }
    public NetworkAddressesView IPAM { get; set; } = new();
    public bool Internal { get; set; }
    public bool Attachable { get; set; }
    public bool Ingress { get; set; }
    public NetworkSourceView ConfigFrom { get; set; } = new();
    public bool ConfigOnly { get; set; }

    /// <summary>The running tasks with an address here, by the id of their container; only where one network is shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, NetworkContainerView>? Containers { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>The nodes that have the network; absent while none has.</summary>
    public List<NetworkPeerView>? Peers { get; set; }

    /// <summary>By name; only with <c>verbose=true</c>.</summary>
    public Dictionary<string, NetworkServiceView>? Services { get; set; }
}

public sealed record NetworkAddressesView
{
    public string Driver { get; set; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; set; }
    public List<NetworkSubnetView> Config { get; set; } = [];
}

public sealed record NetworkSubnetView(string Subnet, string Gateway, string? IPRange)
{
    /// <summary>Addresses by a name that are given to no task; absent when there are none.</summary>
    public Dictionary<string, string>? AuxiliaryAddresses { get; init; }
}

public sealed record NetworkSourceView
{
    public string Network { get; set; } = "";
}

/// <summary>IPv4Address is in CIDR form.</summary>
public sealed record NetworkContainerView(
    string Name, string EndpointID, string MacAddress, string IPv4Address, string IPv6Address);

/// <summary>A machine that has the network, and where its packets go.</summary>
public sealed record NetworkPeerView(string Name, string IP);

/// <summary>A service on the network: VIP is empty where names give the addresses of its tasks.</summary>
public sealed record NetworkServiceView(
    string VIP, IReadOnlyList<string> Ports, int LocalLBIndex, IReadOnlyList<NetworkTaskView> Tasks);

public sealed record NetworkTaskView(
    string Name, string EndpointID, string EndpointIP, IReadOnlyDictionary<string, string> Info);

/// <summary>Id, in a case that no other object's answer has.</summary>
public sealed record NetworkCreatedView(string Id, string Warning);

/// <summary>Names; null when there was nothing to delete.</summary>
public sealed record NetworksPrunedView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] IReadOnlyList<string>? NetworksDeleted);
