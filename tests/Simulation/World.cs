using Orch.Core.Model;

namespace Orch.Tests.Simulation;

/// <summary>
/// Simulated time and everything that happens in it, in one order. Nothing in a world reads a clock, a thread or chance
/// from anywhere else, so a seed and a script give one trace.
/// </summary>
internal sealed class World(ulong seed, bool recording)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _queue = new();
    private readonly List<string> _lines = [];
    private long _order;

    public ulong Seed => seed;
    public Rng Rng { get; } = new(seed);
    public long Now { get; private set; }
    public long Events { get; private set; }
    public ulong TraceHash { get; private set; } = 14695981039346656037UL;
    public IReadOnlyList<string> Lines => _lines;

    public void After(long delay, Action action) => At(Now + delay, action);

    public void At(long at, Action action) => _queue.Enqueue(action, (Math.Max(at, Now), _order++));

    public void RunUntil(long end)
    {
        while (_queue.TryPeek(out _, out var next) && next.At <= end)
        {
            var action = _queue.Dequeue();
            Now = next.At;
            Events++;
            action();
        }
        Now = end;
    }

    public void Note(string what, UInt128 a = default, long b = 0)
    {
        Mix((ulong)StableHash.Of(what));
        Mix((ulong)a);
        Mix((ulong)b ^ (ulong)Now);
        if (recording)
            _lines.Add($"{Now / 1e9,9:0.000} {what} {(a == 0 ? "" : Base36.Format(a)[20..])} {b}");
    }

    private void Mix(ulong value) => TraceHash = (TraceHash ^ value) * 1099511628211UL;
}

/// <summary>Something that may die, freeze and start again; what was on its way to an earlier life is lost.</summary>
internal class Process(World world)
{
    private int _life;

    protected World World { get; } = world;
    public bool Alive { get; private set; }
    public long FrozenUntil { get; set; }

    public void Post(long delay, Action action)
    {
        var life = _life;
        World.After(delay, () => Deliver(life, action));
    }

    protected void Begin() => (Alive, _life) = (true, _life + 1);

    protected void End() => (Alive, _life) = (false, _life + 1);

    private void Deliver(int life, Action action)
    {
        if (!Alive || life != _life)
            return;
        if (World.Now < FrozenUntil)
            World.At(FrozenUntil, () => Deliver(life, action));
        else
            action();
    }
}

/// <summary>An invariant does not hold.</summary>
internal sealed class SimulationException(string message) : Exception(message);
