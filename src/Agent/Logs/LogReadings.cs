using System.Collections.Concurrent;
using Orch.Grpc;

namespace Orch.Agent.Logs;

/// <summary>
/// The readings of logs that are going on. They run beside the session and never hold it up; one too many is not begun,
/// which the manager notices by the call that does not come.
/// </summary>
internal sealed class LogReadings(
    Func<string, CancellationToken, Task<ILogCall>> dial,
    Func<string, LogAsk, CancellationToken, Task<IAsyncEnumerable<LogPiece>>> open, AgentLog log, TimeProvider clock)
{
    private const int MostAtOnce = 32;
    private readonly ConcurrentDictionary<string, bool> _running = new();

    public void Begin(string manager, string ticket, CancellationToken stopping)
    {
        if (_running.Count >= MostAtOnce)
        {
            log.Warn($"logs: {MostAtOnce} readings are going on already; one more was asked for and is not begun");
            return;
        }
        if (_running.TryAdd(ticket, true))
            _ = Task.Run(() => RunAsync(manager, ticket, stopping), CancellationToken.None)
                .ContinueWith(_ => _running.TryRemove(ticket, out bool _), TaskScheduler.Default);
    }

    private async Task RunAsync(string manager, string ticket, CancellationToken stopping)
    {
        try
        {
            await using var call = await dial(manager, stopping);
            using var reading = new LogReading(call, open, clock);
            await reading.RunAsync(ticket, stopping);
        }
        catch (OperationCanceledException)
        {
            // The agent stops, or the manager wanted no more.
        }
        catch (GrpcException e)
        {
            log.Info($"logs: a reading by {manager} ended: {e.Message}");
        }
#pragma warning disable CA1031 // A reading is a favour to an onlooker: its failure must not take an agent down.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.Warn($"logs: a reading by {manager} failed: {e}");
        }
    }
}
