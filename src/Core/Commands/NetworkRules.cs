using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Core.Commands;

/// <summary>What a network's spec must fulfil, with Docker's texts where Docker refuses it too.</summary>
public static class NetworkRules
{
    /// <summary>A smaller block has no room for a gateway, a machine's own address and a task.</summary>
    private const int LeastHostBits = 3;

    /// <summary>The first broken rule, or null.</summary>
    public static Refusal? Check(NetworkSpec spec) =>
        SpecRules.CheckName(spec.Name) ?? CheckDriver(spec) ?? NotYet(spec) ?? CheckAddressing(spec.IPAM);

    private static Refusal? CheckDriver(NetworkSpec spec)
    {
        if (spec.Scope is not (null or "" or "swarm"))
            return Invalid($"invalid scope \"{spec.Scope}\": networks of the cluster have the scope swarm");
        return spec.Driver switch
        {
            "overlay" => null,
            null or "" or "bridge" or "host" or "null" or "macvlan" or "ipvlan" => new(RefusalKind.Unsupported,
                $"a network of the driver {(spec.Driver is null or "" ? "bridge" : spec.Driver)} is one machine's own: create it "
                + "at that machine's engine, or here with the driver overlay"),
            _ => new(RefusalKind.NotFound, $"plugin \"{spec.Driver}\" not found"),
        };
    }

    private static Refusal? NotYet(NetworkSpec spec)
    {
        if (spec is { Ingress: true, Attachable: true })
            return Invalid("ingress network cannot be attachable");
        if (spec.Options?.TryGetValue("encrypted", out var encrypted) == true && encrypted is not "false")
        {
            return new(RefusalKind.Unsupported, "encrypted networks are not supported by this version of orch, and a network that only "
                + "looks encrypted would be worse than none: leave the option away and encrypt between the machines, or in the services");
        }
        var what = spec.ConfigOnly == true || spec.ConfigFrom?.Network is { Length: > 0 } ? "a network that only configures others"
            : spec.EnableIPv6 == true ? "IPv6 in networks"
            : spec.EnableIPv4 == false ? "a network without IPv4" : null;
        return what is null ? null : new(RefusalKind.Unsupported, $"{what} is not supported by this version of orch");
    }

    private static Refusal? CheckAddressing(AddressingSpec? addressing)
    {
        if (addressing?.Driver is not (null or "" or "default"))
            return new(RefusalKind.NotFound, $"plugin \"{addressing.Driver}\" not found");
        if (addressing?.Config?.Count > 1)
            return new(RefusalKind.Unsupported,
                $"a network of {addressing.Config.Count} subnets is not supported by this version of orch: give it one that is large enough");
        return (addressing?.Config ?? []).Select(Check).FirstOrDefault(refusal => refusal is not null);
    }

    private static Refusal? Check(SubnetSpec spec)
    {
        if (!IpPrefix.TryParse(spec.Subnet, out var subnet))
            return Invalid($"Invalid subnet {spec.Subnet} : invalid CIDR address: {spec.Subnet}");
        if (subnet.Base.IsV6)
            return new(RefusalKind.Unsupported, $"subnet {subnet}: IPv6 in networks is not supported by this version of orch");
        if (subnet.HostBits < LeastHostBits || subnet.Length == 0)
            return Invalid($"subnet {subnet}: a network needs a block from /1 to /{32 - LeastHostBits}");
        if (spec.Gateway is { Length: > 0 } gateway && !(IpAddr.TryParse(gateway, out var address) && subnet.Contains(address)))
            return Invalid($"gateway {gateway} is no address of subnet {subnet}");
        if (spec.IPRange is { Length: > 0 } range && !(IpPrefix.TryParse(range, out var part) && subnet.Contains(part)))
            return Invalid($"the address range {range} is no part of subnet {subnet}");
        foreach (var (name, text) in spec.AuxiliaryAddresses ?? [])
        {
            if (!IpAddr.TryParse(text, out var auxiliary) || !subnet.Contains(auxiliary))
                return Invalid($"auxiliary address {name}={text} is no address of subnet {subnet}");
        }
        return null;
    }

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);
}
