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
    private TimeSpan _won;

    /// <summary>Until stopped. First: a leadership that was won already.</summary>
    /// <exception cref="LogException">Of a kind that no waiting mends.</exception>
    public async Task RunAsync(Won? first, CancellationToken stopping)
    {
        var (won, mayResume) = (first, true);
        while (true)
        {
            var failure = won is null ? await StandAndLeadAsync(mayResume, stopping)
                : await LeadAsync(won.Value, token => Replay.RunAsync(parts.Log, token), stopping);
            if (failure is null && stopping.IsCancellationRequested)
                return;
            if (parts.Alone || failure is not (NotLeaderException or LogException) || failure is LogFatalException or LogCorruptException)
                throw failure ?? new InvalidOperationException("the leader ended without a reason");
            _logger.LogWarning("stepped down: {Reason}", failure.Message);
            stopping.ThrowIfCancellationRequested();

            // A store that lets one win but not write is not asked again and again by the same one.
            (won, mayResume) = (null, parts.Time.Now - _won > parts.Times.FenceAfter);
        }
    }

    private async Task<Exception?> StandAndLeadAsync(bool mayResume, CancellationToken stopping)
    {
        var standby = new Standby(parts, mayResume);
        Task<Exception?>? leading = null;
        try
        {
            leading = LeadAsync(await standby.RunAsync(stopping), standby.CatchUpAsync, stopping);
        }
        finally
        {
            // While the leader begins already: requests that take their time hold nothing up.
            await standby.DisposeAsync();
        }
        return await leading;
    }

    private Task<Exception?> LeadAsync(Won won, Func<CancellationToken, Task<ClusterState>> catchUp, CancellationToken stopping)
    {
        _won = won.Began;
        return new LeaderTerm(parts, won).RunAsync(catchUp, stopping);
    }
}
