using Orch.Cli.Parsing;

namespace Orch.Cli.Waiting;

/// <summary>Follows a watch until what is waited for has come or cannot come; by events, without asking again.</summary>
internal sealed class EventWaiter(Invocation call, string path, WatchedState state, ProgressDisplay display, TimeSpan? patience)
{
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(200);
    private readonly long _startedAt = call.Terminal.Clock.GetTimestamp();

    /// <summary>The last picture: converged, failed, or still waiting when the patience ended.</summary>
    public Picture Wait()
    {
        while (true)
        {
            using var feed = Open();
            state.Reset();
            if (Follow(feed) is { } picture)
                return picture;
        }
    }

    /// <summary>A manager that answered before and restarts or hands over is back within a while; a first refusal is final.</summary>
    private WatchFeed Open()
    {
        var lostSince = call.Terminal.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return WatchFeed.Open(call.Client, path);
            }
            catch (CommandException) when (state.IsSynced && call.Terminal.Clock.GetElapsedTime(lostSince) < LostAfter)
            {
                call.Terminal.Interrupted.WaitHandle.WaitOne(RetryEvery);
                call.Terminal.Interrupted.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Null when the stream ended before that.</summary>
    private Picture? Follow(WatchFeed feed)
    {
        Picture? picture = null;
        while (feed.TryNext(Left(), call.Terminal.Interrupted, out var change, out _))
        {
            state.Apply(change);
            if (!state.IsSynced)
                continue;
            picture = state.Look();
            display.Show(picture);
            if (picture.Verdict != Verdict.Waiting)
                return picture;
            if (patience is not null && Left() == TimeSpan.Zero)
                return picture;
        }
        return patience is not null && Left() == TimeSpan.Zero ? picture ?? state.Look() : null;
    }

    private TimeSpan Left()
    {
        if (patience is not { } whole)
            return Timeout.InfiniteTimeSpan;
        var left = whole - call.Terminal.Clock.GetElapsedTime(_startedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
