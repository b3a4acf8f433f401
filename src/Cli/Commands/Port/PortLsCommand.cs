using System.Globalization;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Port;

internal static class PortLsCommand
{
    private static readonly (string, string)[] _columns =
    [
        ("Port", "PORT"), ("Protocol", "PROTOCOL"), ("Mode", "MODE"), ("Service", "SERVICE"), ("Target", "TARGET"),
        ("Nodes", "NODES"), ("Address", "ADDRESS"),
    ];

    public static Command Definition => new()
    {
        Name = "port ls",
        Summary = "List published ports",
        Details = "Ports of mode ingress are open on every node, at every address of it unless one is shown; those of mode host are\n" +
            "open on the node of their task alone. NODES is '-' where no task is running that would open the port.",
        Flags = [Listing.FilterFlag("mode, node, port, protocol, service"), Listing.FormatFlag],
        Examples = "orch port ls\norch port ls --filter mode=host --filter node=n2\norch port ls --format '{{.Port}}/{{.Protocol}} {{.Service}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Encode(Query.Filters(call.Flags.All("filter")));
        var ports = call.Client.Get(Query.Path("/orch/v1/ports", filters), ApiJson.Default.ListPortView);
        Listing.Write(call, _columns, [.. ports.Select(Row)]);
        return 0;
    }

    private static Dictionary<string, object?> Row(PortView port) => new()
    {
        ["Address"] = port.Address ?? (port.Mode == "ingress" ? "*" : "-"),
        ["Mode"] = port.Mode,
        ["Name"] = port.Name ?? "",
        ["Nodes"] = port.Node ?? (port.Mode == "ingress" ? "all" : "-"),

        // 0: the engine chooses it when the task starts.
        ["Port"] = port.Port == 0 ? "-" : port.Port.ToString(CultureInfo.InvariantCulture),
        ["Protocol"] = port.Protocol,
        ["Service"] = port.Service,
        ["Target"] = port.TargetPort.ToString(CultureInfo.InvariantCulture),
        ["Task"] = port.Task ?? "",
        ["Tasks"] = port.Tasks.ToString(CultureInfo.InvariantCulture),
    };
}
