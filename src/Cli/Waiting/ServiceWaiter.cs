using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Waiting;

/// <summary>
/// Waits until a service is as its spec wants it, by events. A create or a scale is done when all tasks run. An update
/// is done when the manager says so, which includes having watched each new task for the update's monitor time.
/// </summary>
internal static class ServiceWaiter
{
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(200);

    public const string Help =
        "Waits until all tasks run (an update also until the manager has watched them for --update-monitor),\n" +
        "showing what each task waits for. Ctrl-C stops the waiting, not the service; --detach does not wait.";

    /// <summary>The exit code. Shown is what the user calls the service.</summary>
    public static int Wait(Invocation call, string id, string shown, bool rollbackWanted)
    {
        if (call.Flags.On("detach"))
            return 0;
        var display = new ProgressDisplay(call.Terminal, call.Flags.On("quiet"));
        try
        {
            return Follow(call, id, shown, new Convergence(rollbackWanted), display);
        }
        catch (OperationCanceledException)
        {
            display.End();
            call.Err.WriteLine($"Operation continuing in background.\nUse `orch service ps {shown}` to check progress.");
            return 130;
        }
    }

    private static int Follow(Invocation call, string id, string shown, Convergence state, ProgressDisplay display)
    {
        while (true)
        {
            using var feed = Open(call, id, state);
            state.Reset();
            if (Drain(call, feed, shown, state, display) is { } exitCode)
                return exitCode;
        }
    }

    /// <summary>A manager that answered before and restarts or hands over is back within a while; a first refusal is final.</summary>
    private static WatchFeed Open(Invocation call, string id, Convergence state)
    {
        var lostSince = call.Terminal.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return WatchFeed.Open(call.Client, id);
            }
            catch (CommandException) when (state.IsSynced && call.Terminal.Clock.GetElapsedTime(lostSince) < LostAfter)
            {
                call.Terminal.Interrupted.WaitHandle.WaitOne(RetryEvery);
                call.Terminal.Interrupted.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Null when the stream ended before the service was there.</summary>
    private static int? Drain(Invocation call, WatchFeed feed, string shown, Convergence state, ProgressDisplay display)
    {
        while (feed.TryNext(Timeout.InfiniteTimeSpan, call.Terminal.Interrupted, out var change, out _))
        {
            state.Apply(change);
            if (!state.IsSynced)
                continue;
            var picture = state.Look();
            display.Show(picture);
            switch (picture.Verdict)
            {
                case Verdict.Converged:
                    display.End($"verify: Service {shown} converged");
                    return 0;
                case Verdict.Failed:
                    display.End();
                    throw new CommandException(picture.Message ?? "the service did not converge");
            }
        }
        return null;
    }
}
