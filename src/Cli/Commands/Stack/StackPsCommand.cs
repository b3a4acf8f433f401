using Orch.Cli.Commands.Service;
using Orch.Cli.Output;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Stack;

internal static class StackPsCommand
{
    public static Command Definition => new()
    {
        Name = "stack ps",
        Usage = "[OPTIONS] STACK",
        Summary = "List the tasks of a stack",
        Flags = TaskListing.Flags,
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch stack ps shop\norch stack ps -f desired-state=running shop",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var stack = new StackObjects(call, call.Words[0]);
        var tasks = stack.Tasks(call.Flags.All("filter"));
        if (tasks.Count == 0)
            throw new CommandException($"nothing found in stack: {stack.Stack}");
        var names = new Lazy<Dictionary<string, string>>(() => stack.Services().ToDictionary(service => service.ID, service => service.Spec.Name));
        TaskListing.Write(call, tasks, id => names.Value.GetValueOrDefault(id, id), NodeNames.Of(call));
        return 0;
    }
}
