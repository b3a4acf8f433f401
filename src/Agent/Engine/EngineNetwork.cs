using System.Globalization;
using Orch.Agent.Networks;
using Orch.Core.Model;
using Orch.Core.Networking;

namespace Orch.Agent.Engine;

/// <summary>The body of <c>POST /networks/create</c> for a network of the cluster.</summary>
public sealed record EngineNetworkCreate
{
    private const string MtuOption = "com.docker.network.driver.mtu";

    public required string Name { get; init; }
    public string Driver { get; init; } = "bridge";

    /// <summary>Two of one name would both be ours and neither right.</summary>
    public bool CheckDuplicate { get; init; } = true;
    public bool Internal { get; init; }
    public required EngineAddressing IPAM { get; init; }
    public required IReadOnlyDictionary<string, string> Options { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>
    /// The whole subnet with this machine's own address as gateway. The engine itself gives out addresses only of a small
    /// range that the manager never uses, so that a container somebody attaches by hand takes no task's address.
    /// </summary>
    public static EngineNetworkCreate Of(NodeNetwork network, ClusterId cluster, int mtu)
    {
        var subnet = network.Subnets[0];
        var range = NetworkLayout.EngineRange(subnet) ?? new IpPrefix(network.BridgeAddress, network.BridgeAddress.Bits);
        var options = network.Options.Where(option => option.Key.StartsWith("com.docker.network.bridge.", StringComparison.Ordinal))
            .ToDictionary();
        options["com.docker.network.bridge.name"] = network.BridgeName;
        options[MtuOption] = network.Options.GetValueOrDefault(MtuOption) ?? mtu.ToString(CultureInfo.InvariantCulture);
        return new()
        {
            Name = network.EngineName,
            Internal = network.IsInternal,
            IPAM = new([new(subnet.ToString(), range.ToString(), network.BridgeAddress.ToString())]),
            Options = options,
            Labels = new Dictionary<string, string>
            {
                [ContainerLabels.Cluster] = cluster.ToString(),
                [ContainerLabels.Network] = network.Id,
            },
        };
    }
}

public sealed record EngineAddressing(IReadOnlyList<EngineSubnet> Config);

public sealed record EngineSubnet(string Subnet, string? IPRange, string Gateway);

/// <summary>A network as the engine has it.</summary>
public sealed record EngineNetworkState(string Id, string Name, string Subnet, string Gateway, bool Internal)
{
    public bool Is(NodeNetwork wanted) => Name == wanted.EngineName && Internal == wanted.IsInternal
        && Subnet == wanted.Subnets[0].ToString() && Gateway == wanted.BridgeAddress.ToString();
}
