using Orch.Contracts.Api;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Cli.Commands.Stack;

/// <summary>
/// Where a network that is there is not what a file asks for, in the file's words. What the file leaves to the cluster
/// (a subnet, a gateway) is no difference, whatever the cluster chose.
/// </summary>
internal static class NetworkDifference
{
    private const string VniOption = "com.docker.network.driver.overlay.vxlanid_list";

    /// <summary>The first key that differs, or null.</summary>
    public static string? Of(NetworkSpec wanted, NetworkView present)
    {
        if ((wanted.Driver ?? "overlay") != present.Driver)
            return "driver";
        if ((wanted.Internal ?? false) != present.Internal)
            return "internal";
        if ((wanted.Attachable ?? false) != present.Attachable)
            return "attachable";
        var options = (present.Options ?? []).Where(option => option.Key != VniOption).ToDictionary();
        return Same(wanted.Options ?? [], options) ? Addressing(wanted.IPAM?.Config ?? [], present.IPAM.Config) : "driver_opts";
    }

    private static string? Addressing(List<SubnetSpec> wanted, List<NetworkSubnetView> present)
    {
        if (wanted.Count == 0)
            return null;
        var found = present.ToLookup(subnet => Block(subnet.Subnet));
        if (wanted.Count != present.Count || !wanted.TrueForAll(subnet => found.Contains(Block(subnet.Subnet))))
            return "ipam subnet";
        return wanted.Select(subnet => Difference(subnet, found[Block(subnet.Subnet)].First())).FirstOrDefault(key => key is not null);
    }

    private static string? Difference(SubnetSpec wanted, NetworkSubnetView present)
    {
        if (wanted.Gateway is { Length: > 0 } gateway && Address(gateway) != Address(present.Gateway))
            return "ipam gateway";
        if (Block(wanted.IPRange) != Block(present.IPRange))
            return "ipam ip_range";
        return Same(Held(wanted.AuxiliaryAddresses), Held(present.AuxiliaryAddresses)) ? null : "ipam aux_addresses";
    }

    private static Dictionary<string, string> Held(Dictionary<string, string>? addresses) =>
        (addresses ?? []).ToDictionary(held => held.Key, held => Address(held.Value));

    private static string Block(string? text) => IpPrefix.TryParse(text, out var block) ? block.ToString() : text ?? "";

    private static string Address(string? text) => IpAddr.TryParse(text, out var address) ? address.ToString() : text ?? "";

    private static bool Same(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Count == other.Count && one.All(entry => other.TryGetValue(entry.Key, out var value) && value == entry.Value);
}
