using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Node;

internal static class NodeInspectCommand
{
    public static Command Definition => new()
    {
        Name = "node inspect",
        Usage = "[OPTIONS] self|NODE [NODE...]",
        Summary = "Show details of nodes",
        Flags = [Inspecting.FormatFlag, Inspecting.PrettyFlag],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch node inspect self --pretty\norch node inspect -f '{{.Status.Addr}}' node2",
        Run = call => Inspecting.Run(call, name => call.Client.Get(NodeWords.Path(call, name)), (to, body) =>
            NodePretty.Write(to, ApiJson.Read(body, ApiJson.Default.NodeView))),
    };
}
