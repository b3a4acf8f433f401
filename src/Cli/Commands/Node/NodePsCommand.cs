using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Cli.Commands.Service;

namespace Orch.Cli.Commands.Node;

internal static class NodePsCommand
{
    public static Command Definition => new()
    {
        Name = "node ps",
        Usage = "[OPTIONS] [NODE...]",
        Summary = "List the tasks of nodes",
        Details = "Without a name: those of the node that answers (self).",
        Flags = TaskListing.Flags,
        MaxWords = int.MaxValue,
        Examples = "orch node ps node2\norch node ps --filter desired-state=running self",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var tasks = new List<TaskView>();
        var errors = new List<string>();
        foreach (var name in call.Words.DefaultIfEmpty("self"))
        {
            try
            {
                var node = call.Client.Get(NodeWords.Path(call, name), ApiJson.Default.NodeView);
                var filters = Query.Filters(call.Flags.All("filter"));
                Query.Add(filters, "node", node.ID);
                tasks.AddRange(call.Client.Get(Query.Path("/tasks", Query.Encode(filters)), ApiJson.Default.ListTaskView));
            }
            catch (CommandException e)
            {
                errors.Add(e.Message);
            }
        }
        if (errors.Count == 0 || tasks.Count > 0)
            TaskListing.Write(call, tasks, ServiceNames(call), NodeNames.Of(call));
        return errors.Count == 0 ? 0 : throw new CommandException(string.Join('\n', errors));
    }

    private static Func<string, string> ServiceNames(Invocation call)
    {
        Dictionary<string, string>? names = null;
        return id =>
        {
            names ??= call.Client.Get("/services", ApiJson.Default.ListServiceView).ToDictionary(s => s.ID, s => s.Spec.Name);
            return names.GetValueOrDefault(id, id);
        };
    }
}
