using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orch.Core.Leading;
using Orch.Core.State;
using Orch.Manager.Security;

namespace Orch.Manager.Leadership;

/// <summary>
/// A manager that does not lead: it reads along, passes requests on, sends agents to the leader, and stands by to take the
/// leadership over.
/// </summary>
internal sealed class Standby(RoleParts parts, bool mayResume) : IAsyncDisposable
{
    private readonly ILogger _logger = parts.Loggers.CreateLogger("Orch.Manager.Leadership");
    private readonly CancellationTokenSource _stop = new();
    private readonly LeaderSight _sight = new(parts.Self, parts.Times.SilentFor, parts.Time, parts.Clock);
    private readonly TokenCalls _calls = new(parts.Clock);
    private Replica? _replica;
    private Task[] _loops = [];
    private readonly Lock _lock = new();
    private RolePipeline? _pipeline;
    private Task? _ended;

    /// <summary>Until the leadership is won.</summary>
    public async Task<Won> RunAsync(CancellationToken stopping)
    {
        var replica = _replica = new Replica(parts.Log, _logger, parts.Clock);
        _pipeline = StandbyApp.Pipeline(parts, replica, _sight, _calls);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _stop.Token);
        var jitter = parts.Times.Jitter * (RandomNumberGenerator.GetInt32(1001) / 1000.0);
        var watch = new LeaderWatch(parts.Times, jitter);
        var candidacy = new Candidacy(parts, _sight, watch, replica, mayResume, _logger).RunAsync(either.Token);
        Task[] others =
        [
            replica.RunAsync(_stop.Token), new FollowerReports(parts, replica, _sight, _logger).RunAsync(_stop.Token),
            _calls.RunAsync(replica.WatchAsync, _stop.Token),
        ];
        _loops = [candidacy, .. others];
        parts.Requests.Use(_pipeline);
        var first = await Task.WhenAny(_loops);
        if (first != candidacy)
            await first;
        return await candidacy;
    }

    /// <summary>After the win: the whole state to lead from. The leadership has to be kept alive meanwhile.</summary>
    public async Task<ClusterState> CatchUpAsync(CancellationToken stopping)
    {
        await EndLoopsAsync();
        var replica = _replica!;

        // Whatever still holds this object, the old views go.
        _replica = null;
        return await replica.TakeAsync(stopping);
    }

    /// <summary>Requests that wait here are the next role's.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndLoopsAsync();
        if (_pipeline is { } pipeline)
        {
            _pipeline = null;
            await parts.Requests.EndAsync(pipeline, TimeSpan.Zero);
            await pipeline.DisposeAsync();
        }
        _calls.Dispose();
        _sight.Dispose();
        _stop.Dispose();
    }

    private Task EndLoopsAsync()
    {
        lock (_lock)
            return _ended ??= EndAsync();

        async Task EndAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_loops.Select(loop => loop.ContinueWith(_ => { }, TaskScheduler.Default)));
            _loops = [];
        }
    }
}
