using System.Threading.Channels;
using Orch.Agent.Engine;
using Orch.Agent.Networks;

namespace Orch.Agent.Tasks;

/// <summary>Performs the core's calls and hands back their answers. Lanes keep one kind from holding up another.</summary>
internal sealed class EngineExecutor(
    IContainerEngine engine, ImageFetch images, TaskFolders folders, TaskNetworks networks, ChannelWriter<AgentInput> inputs,
    CancellationToken stopping)
{
    // Measured: four at once is where creating and starting stops getting faster.
    private const int StartsAtOnce = 4;
    private readonly Lane _starts = new(StartsAtOnce);
    private readonly Lane _stops = new(64);
    private readonly Lane _removals = new(4);
    private readonly Lane _pulls = new(4);
    private readonly Lane _looks = new(8);
    private readonly Lane _details = new(1);

    // As many as there may be starting tasks whose ports stay closed: each only waits.
    private readonly Lane _ports = new(4096);

    public void Submit(EngineCall call)
    {
        // A created container is started before the next is created: the first task is up as early as can be.
        var (lane, urgency) = call switch
        {
            EngineCall.Start => (_starts, 0),
            EngineCall.Create or EngineCall.PlaceFiles => (_starts, 1),
            EngineCall.Stop or EngineCall.Kill => (_stops, 0),
            EngineCall.Remove => (_removals, 0),
            EngineCall.PrepareImage => (_pulls, 0),
            EngineCall.Inspect { Detail: true } => (_details, 0),
            EngineCall.AwaitPorts => (_ports, 0),
            _ => (_looks, 0),
        };
        lane.Add(urgency, () => RunAsync(call));
    }

    public Task DrainAsync() => Task.WhenAll(
        _starts.DrainAsync(), _stops.DrainAsync(), _removals.DrainAsync(),
        _pulls.DrainAsync(), _looks.DrainAsync(), _details.DrainAsync(), _ports.DrainAsync());

    private async Task RunAsync(EngineCall call)
    {
        try
        {
            var answer = await PerformAsync(call);
            await inputs.WriteAsync(new AgentInput.CallAnswered(call, answer), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent ends; the next one finds out by the containers' labels.
        }
        catch (ChannelClosedException)
        {
            // As above.
        }
    }

    private async Task<EngineAnswer> PerformAsync(EngineCall call) => call switch
    {
        EngineCall.PrepareImage c => await images.PrepareAsync(c, stopping),
        EngineCall.PlaceFiles c => new() { Error = folders.Place(c.Task, c.Files) },
        EngineCall.Create c => await CreateAsync(c),
        EngineCall.Start c => Done(await engine.StartAsync(c.Container, stopping)),
        EngineCall.AwaitPorts c => new() { Error = await networks.AwaitPortsAsync(c.Probe, stopping) },
        EngineCall.Stop c => await StopAsync(c),
        EngineCall.Kill c => Done(await engine.KillAsync(c.Container, stopping)),
        EngineCall.Remove c => await RemoveAsync(c),
        EngineCall.Inspect c => One(await engine.InspectAsync(c.Container, stopping)),
        EngineCall.Look c => Found(await engine.ListAsync($"{ContainerLabels.Task}={c.Task}", stopping)),
        EngineCall.Ping => Done(await engine.PingAsync(stopping)),
        _ => throw new ArgumentOutOfRangeException(nameof(call), call, "unknown call"),
    };

    private async Task<EngineAnswer> CreateAsync(EngineCall.Create call)
    {
        if (call.Networking is { } networking && await networks.PrepareAsync(call.Task, networking, stopping) is { } problem)
            return new() { Error = problem };
        var created = await engine.CreateAsync(call.Name, call.Request, stopping);
        if (call.Networking is null || created.Error is not { Fault: EngineFault.NotFound } lost
            || !lost.Message.Contains("network", StringComparison.OrdinalIgnoreCase))
            return Created(created);
        networks.NetworkVanished();
        return EngineAnswer.Failed(EngineFault.Unreachable, lost.Message);
    }

    /// <summary>No new connection may reach a task that is told to stop.</summary>
    private async Task<EngineAnswer> StopAsync(EngineCall.Stop call)
    {
        await networks.LeaveAsync(call.Task, stopping);
        return Done(await engine.StopAsync(call.Container, call.Grace, stopping));
    }

    private async Task<EngineAnswer> RemoveAsync(EngineCall.Remove call)
    {
        var removed = await engine.RemoveAsync(call.Container, stopping);
        if (removed.Ok)
            networks.ContainerGone();
        return Done(removed);
    }

    private static EngineAnswer Done(EngineResult<NoValue> result) => new() { Error = result.Error };

    private static EngineAnswer Created(EngineResult<string> result) =>
        new() { Error = result.Error, Container = result.Value };

    private static EngineAnswer One(EngineResult<ContainerState> result) =>
        new() { Error = result.Error, Found = result.Ok ? [result.Value!] : [] };

    private static EngineAnswer Found(EngineResult<IReadOnlyList<ContainerState>> result) =>
        new() { Error = result.Error, Found = result.Value ?? [] };
}
