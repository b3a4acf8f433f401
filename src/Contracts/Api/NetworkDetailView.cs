namespace Orch.Contracts.Api;

/// <summary>
/// The answer of <c>/orch/v1/networks/{id}</c>: what Docker's view of a network has no word for. Beside the Docker members it
/// is shown as <c>Orch</c>.
/// </summary>
public sealed record NetworkDetailView
{
    public string ID { get; set; } = "";
    public string Name { get; set; } = "";

    /// <summary>The number that its packets carry between machines.</summary>
    public uint VNI { get; set; }

    /// <summary>The longest packet, in bytes, that passes from every machine which has the network; 0: none has told.</summary>
    public uint MTU { get; set; }
    public NetworkAddressUseView Addresses { get; set; } = new();
    public IReadOnlyList<NetworkSubnetUseView> Subnets { get; set; } = [];

    /// <summary>By name; those that have an address in the network.</summary>
    public IReadOnlyList<NetworkMachineView> Machines { get; set; } = [];
}

/// <summary>Addresses that can be given, are given, and are left; and what those have that are given.</summary>
public sealed record NetworkAddressUseView
{
    public uint Capacity { get; set; }
    public uint Given { get; set; }
    public uint Free { get; set; }
    public int Tasks { get; set; }
    public int VirtualIPs { get; set; }
    public int Machines { get; set; }
}

/// <summary>Given: addresses of it that tasks, services and machines have.</summary>
public sealed record NetworkSubnetUseView(string Subnet, string Gateway, string? IPRange, int Given);

/// <summary>
/// State: stands, problem (which says what), unknown (its agent did not answer; Problem says why), or unused: it has an address
/// from earlier and needs the network no more. Tasks of it there; MTU in bytes.
/// </summary>
public sealed record NetworkMachineView
{
    public string ID { get; set; } = "";
    public string Hostname { get; set; } = "";
    public string Address { get; set; } = "";
    public string BridgeAddress { get; set; } = "";
    public string State { get; set; } = "";
    public string? Problem { get; set; }
    public uint MTU { get; set; }
    public int Tasks { get; set; }
}
