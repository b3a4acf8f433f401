using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Stack;

internal static class StackRmCommand
{
    public static Command Definition => new()
    {
        Name = "stack rm",
        Usage = "[OPTIONS] STACK [STACK...]",
        Summary = "Remove stacks",
        Details = "Services go first; what they used follows once their tasks have stopped, so that a deploy right after finds nothing\n" +
            "in its way. --detach does not wait for the tasks. Volumes stay.",
        Flags = [Flag.Switch("detach", "Do not wait for the tasks to stop", 'd'), StackFlags.Timeout],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch stack rm shop",
        Run = call => ForEach.Word(call, name => Remove(call, new StackObjects(call, name))),
    };

    private static void Remove(Invocation call, StackObjects stack)
    {
        var services = stack.Services();
        var others = new[] { "secrets", "configs", "networks" }.Select(kind => (Kind: kind, Objects: stack.Objects(kind))).ToList();
        if (services.Count == 0 && others.All(other => other.Objects.Count == 0))
        {
            call.Err.WriteLine($"Nothing found in stack: {stack.Stack}");
            return;
        }
        using var deadline = StackFlags.Deadline(call);
        RemoveServices(call, services, deadline.Token);
        foreach (var (kind, objects) in others)
            foreach (var item in objects)
            {
                call.Out.WriteLine($"Removing {kind[..^1]} {item.Name}");
                call.Client.Delete($"/{kind}/{Query.Segment(item.Id)}");
            }
    }

    public static void RemoveServices(Invocation call, List<ServiceView> services, CancellationToken deadline)
    {
        foreach (var service in services)
        {
            call.Out.WriteLine($"Removing service {service.Spec.Name}");
            call.Out.Flush();
            call.Client.Delete($"/services/{service.ID}");
        }
        if (call.Flags.On("detach"))
            return;
        foreach (var service in services)
            StackWaits.UntilGone(call, service.ID, service.Spec.Name, deadline);
    }
}
