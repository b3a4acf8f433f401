using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Network;

internal static class NetworkInspectCommand
{
    public static Command Definition => new()
    {
        Name = "network inspect",
        Usage = "[OPTIONS] NETWORK [NETWORK...]",
        Summary = "Show details of networks",
        Details = "--verbose also shows the services on them, with their virtual addresses and those of their tasks.",
        Flags =
        [
            Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Driver}}'", letter: 'f'),
            Flag.Switch("verbose", "Show the services and tasks on the networks", 'v'),
        ],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch network inspect --verbose front\norch network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' front",
        Run = call => Inspecting.Run(call,
            name => call.Client.Get($"/networks/{Query.Segment(name)}{(call.Flags.On("verbose") ? "?verbose=true" : "")}"), null),
    };
}
