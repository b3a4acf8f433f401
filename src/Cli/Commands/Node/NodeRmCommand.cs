using Orch.Cli.Http;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Node;

internal static class NodeRmCommand
{
    public static Command Definition => new()
    {
        Name = "node rm",
        Usage = "[OPTIONS] NODE [NODE...]",
        Summary = "Remove nodes from the cluster",
        Details = "A node must be down: `orch leave` on the machine itself is the orderly way out. With --force also a node\n" +
            "that is up; its certificate is no longer accepted, and its tasks run elsewhere.",
        Flags = [Flag.Switch("force", "Remove a node that is not down", 'f')],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch node rm node3",
        Run = call => ForEach.Word(call, name =>
        {
            call.Client.Delete($"/nodes/{Query.Segment(name)}{(call.Flags.On("force") ? "?force=1" : "")}");
            call.Out.WriteLine(name);
        }),
    };
}
