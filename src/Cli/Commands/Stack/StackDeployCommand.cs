using Orch.Cli.Parsing;
using Orch.Stacks.Changes;

namespace Orch.Cli.Commands.Stack;

internal static class StackDeployCommand
{
    public static Command Definition => new()
    {
        Name = "stack deploy",
        Usage = "[OPTIONS] [STACK]",
        Summary = "Deploy a new stack or update an existing one",
        Details = "Tasks start in the order that depends_on asks for, which the cluster keeps: `orch stack ps` says what they wait for.\n" +
            "What the file says as before is left alone: no task restarts without a change. Secrets and configs get names that\n" +
            "follow from their content, so that services roll when it changes. See docs/stacks.md for the keys that are honoured.",
        Flags =
        [
            .. StackFlags.Files,
            Flag.List("service", "Deploy only this service of the stack", "strings"),
            Flag.Switch("prune", "Remove services, networks, secrets and configs that the files do not name any more"),
            Flag.Switch("dry-run", "Show what would change, and change nothing"),
            StackFlags.Format,
            Flag.Switch("wait", "Wait until all services have converged"),
            Flag.Switch("detach", "Exit once everything is accepted (default); --detach=false waits like --wait", 'd'),
            StackFlags.Timeout,
            Flag.Switch("quiet", "Suppress progress output", 'q'),
            .. StackFlags.Images,
        ],
        MaxWords = 1,
        Examples = "orch stack deploy -c compose.yaml --wait --timeout 2m shop\norch stack deploy -c compose.yaml --service web shop",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var wait = call.Flags.On("wait") || (call.Flags.Has("detach") && !call.Flags.On("detach"));
        if (call.Flags.On("wait") && call.Flags.On("detach"))
            throw new UsageException("--wait and --detach contradict each other");
        var prune = call.Flags.On("prune");
        if (prune && call.Flags.Has("service"))
            throw new UsageException("--prune needs the whole stack: it does not go with --service");
        if (call.Flags.Has("format") && !call.Flags.On("dry-run"))
            throw new UsageException("--format says how --dry-run shows the changes: it does not go without");
        var deployment = StackDeployment.Prepare(call);
        if (call.Flags.On("dry-run"))
        {
            StackDiffText.Write(call, deployment, prune);
            return 0;
        }
        using var deadline = StackFlags.Deadline(call);
        var ids = Apply(deployment);
        var exitCode = 0;
        if (wait)
            foreach (var (name, id) in ids)
                exitCode = Math.Max(exitCode, StackWaits.Converge(
                    call, id, name, deployment.Current.GetValueOrDefault(name)?.UpdateStatus, deadline.Token));
        if (prune && exitCode == 0)
            StackPrune.Run(call, deployment, deadline.Token);
        return exitCode;
    }

    /// <summary>Name and id of every service of the stack, in the order of depends_on.</summary>
    private static List<(string Name, string Id)> Apply(StackDeployment deployment)
    {
        deployment.CreateNetworks();
        deployment.CreateFiles();
        deployment.LabelFiles();
        var ids = new List<(string, string)>();
        foreach (var (service, change) in deployment.Plan.Services.Zip(deployment.Changes))
            ids.Add((service.Spec.Name, deployment.Apply(service, change)));
        return ids;
    }
}
