using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orch.Core.Leading;
using Orch.Core.State;

namespace Orch.Manager.Leadership;

/// <summary>
/// A manager that does not lead: it reads along, passes requests on, sends agents to the leader, and stands by to take the
/// leadership over.
/// </summary>
internal sealed class Standby(RoleParts parts, bool mayResume)
{
    private readonly ILogger _logger = parts.Loggers.CreateLogger("Orch.Manager.Leadership");

    /// <summary>Until the leadership is won: which one, and how the state to lead from is completed.</summary>
    public async Task<(Won Won, Func<CancellationToken, Task<ClusterState>> CatchUp)> RunAsync(CancellationToken stopping)
    {
        var replica = new Replica(parts.Log, _logger, parts.Clock);
        using var sight = new LeaderSight(parts.Self, parts.Times.SilentFor, parts.Time, parts.Clock);
        await using var pipeline = StandbyApp.Pipeline(parts, replica, sight);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var jitter = parts.Times.Jitter * (RandomNumberGenerator.GetInt32(1001) / 1000.0);
        var candidacy = new Candidacy(parts, sight, new LeaderWatch(parts.Times, jitter), replica, mayResume, _logger).RunAsync(stop.Token);
        Task[] loops = [replica.RunAsync(stop.Token), new FollowerReports(parts, replica, sight, _logger).RunAsync(stop.Token)];
        parts.Requests.Use(pipeline);
        try
        {
            var first = await Task.WhenAny([candidacy, .. loops]);
            if (first != candidacy)
                await first;
            var won = await candidacy;
            await stop.CancelAsync();
            await Task.WhenAll(loops.Select(Ended));
            return (won, replica.TakeAsync);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll([Ended(candidacy), .. loops.Select(Ended)]);

            // Requests that wait here are the next role's.
            await parts.Requests.EndAsync(pipeline, TimeSpan.Zero);
        }
    }

    private static Task Ended(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);
}
