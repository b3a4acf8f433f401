using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Stack;

internal static class StackLsCommand
{
    /// <summary>Written out, so that listing stacks does not load what reads stack files.</summary>
    private const string Namespace = "com.docker.stack.namespace";

    public static Command Definition => new()
    {
        Name = "stack ls",
        Summary = "List stacks",
        Flags = [Listing.FormatFlag],
        Examples = "orch stack ls\norch stack ls --format '{{.Name}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Filters([]);
        Query.Add(filters, "label", Namespace);
        var services = call.Client.Get(Query.Path("/services", Query.Encode(filters)), ApiJson.Default.ListServiceView);
        var rows = services.GroupBy(service => service.Spec.Labels?.GetValueOrDefault(Namespace) ?? "")
            .Where(stack => stack.Key.Length > 0).OrderBy(stack => stack.Key, NaturalOrder.Instance)
            .Select(stack => new Dictionary<string, object?>
            {
                ["Name"] = stack.Key,
                ["Services"] = $"{stack.Count()}",
                ["Orchestrator"] = "orch",
            }).ToList();
        Listing.Write(call, [("Name", "NAME"), ("Services", "SERVICES")], rows);
        return 0;
    }
}
