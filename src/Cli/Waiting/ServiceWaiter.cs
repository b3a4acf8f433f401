using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Waiting;

/// <summary>
/// Waits until a service is as its spec wants it, by events. A create or a scale is done when all tasks run. An update
/// is done when the manager says so, which includes having watched each new task for the update's monitor time.
/// </summary>
internal static class ServiceWaiter
{
    public const string Help =
        "Waits until all tasks run (an update also until the manager has watched them for --update-monitor),\n" +
        "showing what each task waits for. Ctrl-C stops the waiting, not the service; --detach does not wait.";

    /// <summary>The exit code. Shown is what the user calls the service, before the update that the command found.</summary>
    public static int Wait(Invocation call, string id, string shown, bool rollbackWanted, UpdateStatusView? before = null)
    {
        if (call.Flags.On("detach"))
            return 0;
        var display = new ProgressDisplay(call.Terminal, call.Flags.On("quiet"));
        try
        {
            var filter = Uri.EscapeDataString($$"""{"service":["{{id}}"]}""");
            var state = new Convergence(rollbackWanted, before);
            var picture = new EventWaiter(call, $"/orch/v1/watch?filters={filter}", state, display, null).Wait();
            if (picture.Verdict == Verdict.Converged)
            {
                display.End($"verify: Service {shown} converged");
                return 0;
            }
            display.End();
            throw new CommandException(picture.Message ?? "the service did not converge");
        }
        catch (OperationCanceledException)
        {
            display.End();
            call.Err.WriteLine($"Operation continuing in background.\nUse `orch service ps {shown}` to check progress.");
            return 130;
        }
    }
}
