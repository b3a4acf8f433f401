namespace Orch.Core.Model.Specs;

/// <summary>A network as clients ask for one, in Docker's JSON names. Only networks of the whole cluster are meant.</summary>
public sealed record NetworkSpec : SpecObject
{
    /// <summary>Absent in JSON means empty: the generated reader would hand on null otherwise.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    public string? Driver { get; init; }
    public string? Scope { get; init; }
    public bool? EnableIPv4 { get; init; }
    public bool? EnableIPv6 { get; init; }
    public AddressingSpec? IPAM { get; init; }
    public bool? Internal { get; init; }
    public bool? Attachable { get; init; }
    public bool? Ingress { get; init; }
    public bool? ConfigOnly { get; init; }
    public NetworkSource? ConfigFrom { get; init; }
    public Dictionary<string, string>? Options { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

public sealed record NetworkSource : SpecObject
{
    public string? Network { get; init; }
}

public sealed record AddressingSpec : SpecObject
{
    public string? Driver { get; init; }
    public Dictionary<string, string>? Options { get; init; }

    /// <summary>No entry: the cluster chooses the subnet.</summary>
    public List<SubnetSpec>? Config { get; init; }
}

/// <summary>A subnet in CIDR form; a gateway that is not given is its first address.</summary>
public sealed record SubnetSpec : SpecObject
{
    public string? Subnet { get; init; }
    public string? IPRange { get; init; }
    public string? Gateway { get; init; }
    public Dictionary<string, string>? AuxiliaryAddresses { get; init; }
}
