using Orch.Cli.Parsing;
using Orch.Cli.Services;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Cli.Commands.Network;

/// <summary>--subnet, --gateway, --ip-range and --aux-address: each of the others belongs to the subnet that holds it.</summary>
internal static class NetworkAddressing
{
    public static AddressingSpec Read(ParsedFlags flags)
    {
        var subnets = Each(flags, "subnet").Select(text => (Text: text, Block: Block(text))).ToList();
        var ranges = Each(flags, "ip-range");
        var gateways = Each(flags, "gateway");
        if (subnets.Count < ranges.Count || subnets.Count < gateways.Count)
            throw new CommandException("every ip-range or gateway must have a corresponding subnet");
        for (var i = 0; i < subnets.Count; i++)
            if (subnets.Take(i).Any(other => other.Block.Overlaps(subnets[i].Block)))
                throw new CommandException("multiple overlapping subnet configuration is not supported");
        var config = subnets.ConvertAll(subnet => new SubnetSpec { Subnet = subnet.Text });
        foreach (var range in ranges)
        {
            var at = Find(subnets, Block(range).Base, $"no matching subnet for range {range}");
            config[at] = config[at].IPRange is { } other
                ? throw new CommandException($"cannot configure multiple ranges ({range}, {other}) on the same subnet ({subnets[at].Text})")
                : config[at] with { IPRange = range };
        }
        foreach (var gateway in gateways)
        {
            var at = Find(subnets, Address(gateway), $"no matching subnet for gateway {gateway}");
            config[at] = config[at].Gateway is { } other
                ? throw new CommandException($"cannot configure multiple gateways ({gateway}, {other}) for the same subnet ({subnets[at].Text})")
                : config[at] with { Gateway = gateway };
        }
        foreach (var (name, address) in flags.All("aux-address").Select(Csv.KeyValue))
        {
            var at = Find(subnets, Address(address), $"no matching subnet for aux-address {address}");
            config[at] = config[at] with { AuxiliaryAddresses = new(config[at].AuxiliaryAddresses ?? []) { [name] = address } };
        }
        return new() { Driver = flags.Text("ipam-driver"), Options = Pairs(flags, "ipam-opt"), Config = config };
    }

    public static Dictionary<string, string> Pairs(ParsedFlags flags, string name)
    {
        Dictionary<string, string> pairs = [];
        foreach (var (key, value) in flags.All(name).Select(Csv.KeyValue))
            pairs[key] = value;
        return pairs;
    }

    private static List<string> Each(ParsedFlags flags, string name) =>
        [.. flags.All(name).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries))];

    private static int Find(List<(string Text, IpPrefix Block)> subnets, IpAddr address, string otherwise) =>
        subnets.FindIndex(subnet => subnet.Block.Contains(address)) is var at and >= 0 ? at : throw new CommandException(otherwise);

    private static IpPrefix Block(string text) => IpPrefix.TryParse(text, out var block)
        ? block : throw new CommandException($"invalid subnet {text} : invalid CIDR address: {text}");

    private static IpAddr Address(string text) => IpAddr.TryParse(text, out var address)
        ? address : throw new CommandException($"invalid address {text}: this is no IP address");
}
