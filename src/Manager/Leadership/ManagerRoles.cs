using Microsoft.Extensions.Logging;
using Orch.Core.State;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Leadership;

/// <summary>
/// What a manager is, one role after the other: a standby until it wins the leadership, a leader until it loses it. What a
/// leader thought is dropped at the end; the standby that follows reads everything anew.
/// </summary>
internal sealed class ManagerRoles(RoleParts parts)
{
    private readonly ILogger _logger = parts.Loggers.CreateLogger("Orch.Manager.Leadership");

    /// <summary>Until stopped. First: a leadership that was won already.</summary>
    /// <exception cref="LogException">Of a kind that no waiting mends.</exception>
    public async Task RunAsync(Won? first, CancellationToken stopping)
    {
        var (won, mayResume) = (first, true);
        Func<CancellationToken, Task<ClusterState>> catchUp = token => Replay.RunAsync(parts.Log, token);
        while (true)
        {
            if (won is null)
                (won, catchUp) = await new Standby(parts, mayResume).RunAsync(stopping);
            var began = parts.Time.Now;
            var failure = await new LeaderTerm(parts, won.Value).RunAsync(catchUp, stopping);
            if (failure is null && stopping.IsCancellationRequested)
                return;
            if (parts.Alone || failure is not (NotLeaderException or LogException) || failure is LogFatalException or LogCorruptException)
                throw failure ?? new InvalidOperationException("the leader ended without a reason");
            _logger.LogWarning("epoch {Epoch}: stepped down: {Reason}", won.Value.Epoch, failure.Message);
            stopping.ThrowIfCancellationRequested();

            // A store that lets one win but not write is not asked again and again by the same one.
            (won, mayResume) = (null, parts.Time.Now - began > parts.Times.FenceAfter);
        }
    }
}
