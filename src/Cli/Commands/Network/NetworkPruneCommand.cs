using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Network;

internal static class NetworkPruneCommand
{
    public static Command Definition => new()
    {
        Name = "network prune",
        Summary = "Remove all unused networks",
        Details = "Unused is a network that no service is attached to. ingress, and what every machine has by itself, stays.",
        Flags =
        [
            Flag.List("filter", "Only those that match: KEY=VALUE with KEY one of label, label!, until", "filter"),
            Flag.Switch("force", "Do not prompt for confirmation", 'f'),
        ],
        Examples = "orch network prune --force --filter until=24h",
        Run = Run,
    };

    /// <summary>A person who says no has got what was asked for: nothing happens, and nothing went wrong.</summary>
    private static int Run(Invocation call)
    {
        var filters = Query.Encode(Query.Filters(call.Flags.All("filter")));
        if (!call.Flags.On("force") && !IsSure(call))
            return 0;
        var answer = call.Client.Post(Query.Path("/networks/prune", filters), []);
        var deleted = ApiJson.Read(answer, ApiJson.Default.NetworksPrunedView).NetworksDeleted ?? [];
        if (deleted.Count > 0)
            call.Out.Write($"Deleted Networks:\n{string.Concat(deleted.Select(name => name + "\n"))}\n");
        return 0;
    }

    private static bool IsSure(Invocation call)
    {
        call.Out.Write("WARNING! This will remove all custom networks not used by at least one service.\n" +
            "Are you sure you want to continue? [y/N] ");
        call.Out.Flush();
        return call.Terminal.In.ReadLine()?.Trim() is "y" or "Y";
    }
}
