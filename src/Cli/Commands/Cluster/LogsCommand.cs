using Orch.Cli.Http;
using Orch.Cli.Logs;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Cluster;

internal static class LogsCommand
{
    public static Command Definition => new()
    {
        Name = "logs",
        Usage = "[OPTIONS] SERVICE|TASK|STACK",
        Summary = "Show the logs of services, tasks, stacks or nodes",
        Details = "Lines of all tasks in the order of time, those of ended tasks too while their containers exist.\n"
            + "A node that cannot be asked is named on one line and holds up nothing.",
        Flags = [.. LogFlags.All, Flag.Switch("node", "The name is of a node: what all tasks there say")],
        Examples = "orch logs -f shop\norch logs --since 10m --grep error shop_web\norch logs --node node2\norch logs --format json shop_web | jq -r .Message",
        MinWords = 1,
        MaxWords = 1,
        Run = call => LogFollower.Run(call, LogFlags.Read(call),
            [$"target={Query.Segment(call.Words[0])}", .. call.Flags.On("node") ? ["kind=node"] : Array.Empty<string>()],
            aligned: true),
    };
}
