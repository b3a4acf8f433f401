using Orch.Cli.Parsing;

namespace Orch.Cli.Waiting;

/// <summary>Waits until nothing of the cluster runs on a drained node any more.</summary>
internal static class DrainWaiter
{
    /// <summary>The exit code; 1 when the patience ended first, with what is left and why.</summary>
    public static int Wait(Invocation call, string nodeId, string shown, TimeSpan? patience)
    {
        var display = new ProgressDisplay(call.Terminal, call.Flags.On("quiet"));
        try
        {
            var picture = new EventWaiter(call, "/orch/v1/watch", new Draining(nodeId, shown), display, patience).Wait();
            if (picture.Verdict == Verdict.Converged)
            {
                display.End(picture.Message ?? $"node {shown} is drained");
                return 0;
            }
            display.End();
            throw new CommandException(picture.Message ?? Left(shown, picture, patience));
        }
        catch (OperationCanceledException)
        {
            display.End();
            call.Err.WriteLine($"The drain goes on in the background.\nUse `orch node ps {shown}` to check progress.");
            return 130;
        }
    }

    private static string Left(string shown, Picture picture, TimeSpan? patience) =>
        $"node {shown} is not empty after {patience?.TotalSeconds:0.###} s; the drain goes on. Left:\n"
        + string.Join('\n', picture.Lines.Select(line => $"  {line.Label} ({line.State}): {line.Error}"));
}
