using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Network;

internal static class NetworkCreateCommand
{
    public static Command Definition => new()
    {
        Name = "network create",
        Usage = "[OPTIONS] NETWORK",
        Summary = "Create a network",
        Details = "It is there on every node that runs a task of it. Without --subnet the cluster chooses addresses that no other\n" +
            "network of it has. Networks of one machine are made by that machine's engine: they are not the cluster's.",
        Flags =
        [
            Flag.Switch("attachable", "Enable manual container attachment"),
            Flag.List("aux-address", "Addresses that no task may get, by name (NAME=ADDRESS)", "map"),
            Flag.Value("config-from", "string", "The network from which to copy the configuration"),
            Flag.Switch("config-only", "Create a configuration only network"),
            Flag.Value("driver", "string", "Driver to manage the network", "overlay", 'd'),
            Flag.List("gateway", "Gateway shown for the subnet", "strings"),
            Flag.Switch("ingress", "Create the network of published ports"),
            Flag.Switch("internal", "Restrict external access to the network"),
            Flag.List("ip-range", "Give tasks addresses from this part of the subnet", "strings"),
            Flag.Value("ipam-driver", "string", "Driver of address management", "default"),
            Flag.List("ipam-opt", "Options of the driver of address management", "map"),
            Flag.Switch("ipv4", "Enable IPv4 addresses (default); --ipv4=false disables them"),
            Flag.Switch("ipv6", "Enable IPv6 addresses"),
            Flag.List("label", "Labels of the network"),
            Flag.List("opt", "Options of the driver", "map", 'o'),
            Flag.Value("scope", "string", "Where the network is: swarm, which is the whole cluster"),
            Flag.List("subnet", "Addresses of the network, in CIDR form", "strings"),
        ],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch network create front\norch network create --internal --subnet 10.20.0.0/22 --label team=blue back",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var flags = call.Flags;
        var spec = new NetworkSpec
        {
            Name = call.Words[0],
            Driver = flags.Text("driver"),
            Scope = flags.Text("scope") ?? "",
            EnableIPv4 = flags.Has("ipv4") ? flags.On("ipv4") : null,
            EnableIPv6 = flags.Has("ipv6") ? flags.On("ipv6") : null,
            IPAM = NetworkAddressing.Read(flags),
            Internal = flags.On("internal"),
            Attachable = flags.On("attachable"),
            Ingress = flags.On("ingress"),
            ConfigOnly = flags.On("config-only"),
            ConfigFrom = flags.Text("config-from") is { } source ? new() { Network = source } : null,
            Options = NetworkAddressing.Pairs(flags, "opt"),
            Labels = NetworkAddressing.Pairs(flags, "label"),
        };
        var answer = call.Client.Post("/networks/create", ApiJson.Write(spec, ApiJson.Default.NetworkSpec));
        var created = ApiJson.Read(answer, ApiJson.Default.NetworkCreatedView);
        if (created.Warning is { Length: > 0 } warning)
            call.Err.WriteLine($"WARNING: {warning}");
        call.Out.WriteLine(created.Id);
        return 0;
    }
}
