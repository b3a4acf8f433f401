using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Stack;

/// <summary>Waiting for services of a stack: to be gone, to converge.</summary>
internal static class StackWaits
{
    /// <summary>A look is two cheap reads on the manager; what is waited for takes seconds.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>Tasks of a removed service stay listed under its id until they have stopped.</summary>
    public static void UntilGone(Invocation call, string id, string name, CancellationToken deadline)
    {
        Until(call, () => Tasks(call, id).Count == 0, $"tasks of {name} have not stopped in time: `orch stack rm` may be run again", deadline);
    }

    private static void Until(Invocation call, Func<bool> reached, string late, CancellationToken deadline)
    {
        while (!reached())
        {
            if (deadline.WaitHandle.WaitOne(LookAgain))
                throw call.Terminal.Interrupted.IsCancellationRequested
                    ? new CommandException("interrupted", 130) : new CommandException(late);
        }
    }

    private static List<TaskView> Tasks(Invocation call, string service)
    {
        var filters = Query.Filters([]);
        Query.Add(filters, "service", service);
        var path = Query.Path("/tasks", Query.Encode(filters));
        return call.Client.Find(path, ApiJson.Default.ListTaskView) ?? [];
    }

    /// <summary>
    /// The exit code. The time given is for this service and all that follow it. Before is the update that the deploy found:
    /// a service that it does not change keeps the end of that.
    /// </summary>
    public static int Converge(Invocation call, string id, string name, UpdateStatusView? before, CancellationToken deadline)
    {
        call.Out.WriteLine($"Waiting for service {name}");
        using var waiting = new Invocation(call.Command, call.Flags, call.Terminal with { Interrupted = deadline }, call.Host);
        var code = ServiceWaiter.Wait(waiting, id, name, rollbackWanted: false, before);
        return code == 130 && !call.Terminal.Interrupted.IsCancellationRequested
            ? throw new CommandException($"service {name} did not converge in time: `orch service ps {name}` says why") : code;
    }
}
