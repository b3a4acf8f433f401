using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Stack;

internal static class StackRmCommand
{
    public static Command Definition => new()
    {
        Name = "stack rm",
        Usage = "[OPTIONS] STACK [STACK...]",
        Summary = "Remove stacks",
        Details = "Services go first, those that depend on others before the others; what they used follows once their tasks have\n" +
            "stopped, so that a deploy right after finds nothing in its way. --detach does not wait for the tasks. Volumes stay.\n" +
            "What cannot be removed is left, the rest is removed, and the exit code is 1.",
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
        var removal = new StackRemoval(call, deadline.Token);
        RemoveServices(call, services, removal);
        foreach (var (kind, objects) in others)
            foreach (var item in objects)
                removal.Remove(kind, item.Id, item.Name);
        removal.Finish();
    }

    public static void RemoveServices(Invocation call, List<ServiceView> services, StackRemoval removal)
    {
        foreach (var round in Rounds(services))
        {
            var gone = round.Where(service => removal.Remove("services", service.ID, service.Spec.Name)).ToList();
            foreach (var service in call.Flags.On("detach") ? [] : gone)
                removal.WaitUntilGone(service);
        }
    }

    /// <summary>What others depend on goes after them; what depends on each other in a circle goes together.</summary>
    private static IEnumerable<List<ServiceView>> Rounds(List<ServiceView> services)
    {
        for (var left = services; left.Count > 0;)
        {
            var needed = left.SelectMany(service => ServiceDependency.Of(service.Spec)).Select(one => one.Service).ToHashSet();
            var free = left.Where(service => !needed.Contains(service.Spec.Name)).ToList();
            var round = free.Count > 0 ? free : left;
            yield return round;
            left = [.. left.Except(round)];
        }
    }
}
