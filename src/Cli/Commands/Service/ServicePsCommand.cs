using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Service;

internal static class ServicePsCommand
{
    public static Command Definition => new()
    {
        Name = "service ps",
        Usage = "[OPTIONS] SERVICE [SERVICE...]",
        Summary = "List the tasks of services",
        Details = "A task that does not run says why in ERROR. Tasks that a slot had before are shown below the present one.",
        Flags = TaskListing.Flags,
        Examples = "orch service ps web\norch service ps --filter desired-state=running --no-trunc web db",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Filters(call.Flags.All("filter"));
        var found = new Dictionary<string, string>();
        var missing = new List<string>();
        foreach (var name in call.Words.Distinct())
        {
            if (call.Client.Find($"/services/{Query.Segment(name)}", ApiJson.Default.ServiceView) is { } service)
                found[service.ID] = service.Spec.Name;
            else
                missing.Add($"no such service: {name}");
        }
        if (found.Count > 0)
        {
            if (filters.TryGetValue("node", out var nodes) && nodes.Remove("self"))
                nodes.Add(call.Client.Get("/info", ApiJson.Default.InfoView).Swarm.NodeID);
            foreach (var id in found.Keys)
                Query.Add(filters, "service", id);
            var tasks = call.Client.Get(Query.Path("/tasks", Query.Encode(filters)), ApiJson.Default.ListTaskView);
            TaskListing.Write(call, tasks, id => found.GetValueOrDefault(id, id), NodeNames.Of(call));
        }
        return missing.Count == 0 ? 0 : throw new CommandException(string.Join('\n', missing));
    }
}
