using Orch.Contracts.Agent;

namespace Orch.Tests.Simulation;

/// <summary>
/// One session's connection: each direction keeps its order, as TCP does; a lost packet shows as delay, a partition as
/// silence until it heals, a cut as an end that the other side learns late or not at all.
/// </summary>
internal sealed class Link(World world, Machine machine, Manager manager, long session)
{
    public Pipe<AgentMessage> ToManager { get; } = new(world, machine, manager);
    public Pipe<ManagerMessage> ToAgent { get; } = new(world, machine, manager);
    public long Session => session;
    public Machine Machine => machine;
    public Manager Manager => manager;
    public bool AgentClosed { get; set; }
    public bool ManagerClosed { get; set; }
}

internal sealed class Pipe<T>(World world, Machine machine, Manager manager)
{
    private readonly Queue<(long Ready, T? Message)> _queue = new();
    private long _last;

    /// <summary>Takes what arrives; null is the end of the stream.</summary>
    public Action<T?> Receive { get; set; } = _ => { };

    public void Send(T? message)
    {
        // A lost packet delays all that follow it until it is sent again.
        var delay = world.Rng.OneIn(60) ? world.Rng.Millis(200, 800) : world.Rng.Millis(0, 4);
        _last = Math.Max(_last, world.Now + delay);
        _queue.Enqueue((_last, message));
        world.At(_last, Pump);
    }

    private void Pump()
    {
        var heals = Math.Max(machine.PartitionedUntil, manager.AgentsCutUntil);
        if (world.Now < heals)
        {
            world.At(heals, Pump);
            return;
        }
        while (_queue.TryPeek(out var head) && head.Ready <= world.Now)
            Receive(_queue.Dequeue().Message);
    }
}
