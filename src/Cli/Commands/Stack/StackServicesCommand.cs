using Orch.Cli.Commands.Service;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

internal static class StackServicesCommand
{
    public static Command Definition => new()
    {
        Name = "stack services",
        Usage = "[OPTIONS] STACK",
        Summary = "List the services of a stack",
        Flags = [Listing.FilterFlag("id, label, mode, name"), Listing.FormatFlag, Listing.QuietFlag],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch stack services shop",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Filters(call.Flags.All("filter"));
        Query.Add(filters, "label", $"{StackNames.Namespace}={call.Words[0]}");
        var services = call.Client.List(Query.Path("/services", Query.Encode(filters), "status=true"), ServiceLine.Read);
        if (services.Count == 0)
            call.Err.WriteLine($"Nothing found in stack: {call.Words[0]}");
        else
            ServiceLsCommand.Write(call, services);
        return 0;
    }
}
