using System.Threading.Channels;
using Orch.Agent.Session;
using Orch.Agent.Tasks;
using Orch.Contracts.Machine;

namespace Orch.Agent.Engine;

/// <summary>
/// Keeps the event stream open and tells the core what the engine says. After each loss: negotiate, open the stream,
/// list everything, go on. A quick question twice a second finds an engine that hangs, which a silent stream hides.
/// </summary>
internal sealed class EngineMonitor(
    IContainerEngine engine, string label, MachineConfig machine, ChannelWriter<AgentInput> inputs, Backoff backoff,
    AgentLog log, TimeProvider clock)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _watching;
    private string _trouble = "";

    /// <summary>Completes when the containers were listed for the first time.</summary>
    public Task FirstLook => _firstLook.Task;

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(WatchAsync(stopping), AskAsync(stopping));

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (true)
        {
            var reason = await WatchOnceAsync(stopping);
            _watching = false;
            if (reason != _trouble)
                log.Warn($"engine: {reason}");
            _trouble = reason;
            await inputs.WriteAsync(new AgentInput.EngineDown(reason), stopping);
            await Task.Delay(backoff.Next(), clock, stopping);
        }
    }

    /// <summary>Why it ended.</summary>
    private async Task<string> WatchOnceAsync(CancellationToken stopping)
    {
        var version = await engine.NegotiateAsync(stopping);
        if (version.Error is { } silent)
            return silent.Message;
        var info = await engine.InfoAsync(stopping);
        if (info.Error is { } mute)
            return mute.Message;
        if (NodeFacts.Objection(info.Value!) is { } objection)
            return objection;
        var opened = await engine.OpenEventsAsync(stopping);
        if (opened.Error is { } closed)
            return closed.Message;
        await using var events = opened.Value!;
        var list = await engine.ListAsync(label, stopping);
        if (list.Error is { } unlisted)
            return unlisted.Message;
        log.Info($"engine {info.Value!.Version}, API {version.Value}: {list.Value!.Count} containers of ours");
        _trouble = "";
        backoff.Reset();
        await inputs.WriteAsync(new AgentInput.Described(NodeFacts.Describe(info.Value, machine)), stopping);
        await inputs.WriteAsync(new AgentInput.EngineUp(list.Value), stopping);
        _watching = true;
        _firstLook.TrySetResult();
        await foreach (var happened in events.ReadAsync(stopping))
            await inputs.WriteAsync(new AgentInput.EngineHappened(happened), stopping);
        return "the engine closed its event stream";
    }

    private async Task AskAsync(CancellationToken stopping)
    {
        using var every = new PeriodicTimer(AskEvery, clock);
        var hung = false;
        while (await every.WaitForNextTickAsync(stopping))
        {
            // While there is no stream its own reason stands.
            if (!_watching)
            {
                hung = false;
                continue;
            }
            var asked = clock.GetTimestamp();
            var answers = await AnswersAsync(stopping);

            // Far beyond the limit: this process stood still, which says nothing about the engine.
            var stalled = clock.GetElapsedTime(asked) > AnswerWithin + AskEvery;
            if (answers != hung || !_watching || stalled)
                continue;
            hung = !answers;
            var problem = hung ? $"the engine does not answer (asked for {AnswerWithin.TotalSeconds:0} s)" : "";
            log.Warn(hung ? problem : "the engine answers again");
            await inputs.WriteAsync(new AgentInput.EngineProblem(problem), stopping);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            return (await engine.PingAsync(either.Token)).Ok;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
