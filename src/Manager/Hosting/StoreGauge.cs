using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Api;
using Orch.Contracts.Machine;
using Orch.Manager.Store;

namespace Orch.Manager.Hosting;

/// <summary>
/// What people are told of the store: where it is, how much is in it, and what makes it less than safe. The size is asked for in the
/// background, so that a store that does not answer keeps nobody from seeing the status.
/// </summary>
internal sealed class StoreGauge(StoreAddress address, MachinePaths paths, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, bool> _warnings = new();
    private IEventLog? _log;
    private long _size;
    private long _askedAt;
    private int _asking;

    public IReadOnlyList<string> Warnings => [.. _warnings.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Told by the store, also before it is open.</summary>
    public void Warn(string problem)
    {
        if (_warnings.TryAdd(problem, true))
            logger.LogWarning("{Problem}", problem);
    }

    public void Measure(IEventLog log) => _log = log;

    public StoreStatusView View(string epoch, ulong revision)
    {
        Refresh();
        return new StoreStatusView
        {
            Kind = address.KindName,
            Location = EventLogs.Location(address, paths.ManagerDir),
            Epoch = epoch,
            Revision = revision,
            SizeBytes = Volatile.Read(ref _size),
            Warnings = Warnings,
        };
    }

    private void Refresh()
    {
        var isStale = _askedAt == 0 || clock.GetElapsedTime(_askedAt) >= AskAgain;
        if (isStale && _log is { } log && Interlocked.Exchange(ref _asking, 1) == 0)
            _ = AskAsync(log);
    }

    private async Task AskAsync(IEventLog log)
    {
        try
        {
            Volatile.Write(ref _size, await log.MeasureAsync());
        }
        catch (Exception error) when (error is LogException or ObjectDisposedException or OperationCanceledException)
        {
            logger.LogDebug(error, "the size of the store is not known");
        }
        finally
        {
            _askedAt = clock.GetTimestamp();
            Volatile.Write(ref _asking, 0);
        }
    }
}
