using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Core.Model;

namespace Orch.Tests.Simulation;

/// <summary>A container engine: slow, able to hang, to restart with or without its containers, and to answer nobody.</summary>
internal sealed class Engine(World world, Machine machine)
{
    private readonly SortedDictionary<string, Box> _boxes = new(StringComparer.Ordinal);
    private int _created;
    private int _generation;

    public bool Up { get; private set; } = true;
    public long HungUntil { get; set; }
    public IEnumerable<Box> Running => _boxes.Values.Where(box => box.Status == ContainerStatus.Running);

    public IReadOnlyList<ContainerState> List() => [.. _boxes.Values.Select(box => box.Look())];

    public void Call(EngineCall call, Action<EngineAnswer> answered)
    {
        var generation = _generation;
        world.After(Latency(call), () => Execute(call, generation, answer => world.After(1_000_000, () =>
            answered(generation == _generation ? answer : Unreachable))));
    }

    public void Exit(Box box, int code)
    {
        if (box.Status != ContainerStatus.Running)
            return;
        (box.Status, box.ExitCode, box.FinishedAt) = (ContainerStatus.Exited, code, machine.UnixNanos);
        world.Note("exited", box.Task.Value, code);
        Tell(EngineEventKind.Died, box, code);
    }

    /// <summary>Power loss: nobody is told anything.</summary>
    public void PowerLost()
    {
        _generation++;
        HungUntil = 0;
        foreach (var box in Running.ToList())
            (box.Status, box.ExitCode, box.FinishedAt, box.LostPower) = (ContainerStatus.Exited, 137, machine.UnixNanos, true);
    }

    public void Restart(bool liveRestore, long downFor)
    {
        if (!Up)
            return;
        if (!liveRestore)
        {
            foreach (var box in Running.ToList())
                Exit(box, 143);
        }
        world.After(5_000_000, () =>
        {
            (Up, _generation, HungUntil) = (false, _generation + 1, 0);
            machine.EngineWent();
            world.After(downFor, () =>
            {
                Up = true;
                machine.EngineCame();
            });
        });
    }

    private static EngineAnswer Unreachable => EngineAnswer.Failed(EngineFault.Unreachable, "the engine does not answer");

    private long Latency(EngineCall call) => call switch
    {
        EngineCall.PrepareImage => world.Rng.OneIn(10) ? world.Rng.Millis(1000, 4000) : world.Rng.Millis(1, 50),
        EngineCall.Create or EngineCall.Start => world.Rng.Millis(20, 300),
        EngineCall.Stop => world.Rng.OneIn(5) ? world.Rng.Millis(1000, 3000) : world.Rng.Millis(10, 100),
        _ => world.Rng.Millis(1, 20),
    };

    private void Execute(EngineCall call, int generation, Action<EngineAnswer> answered)
    {
        if (generation != _generation || !Up)
        {
            answered(Unreachable);
            return;
        }
        if (world.Now < HungUntil)
        {
            world.At(HungUntil, () => Execute(call, generation, answered));
            return;
        }
        answered(call switch
        {
            EngineCall.PrepareImage => new() { Image = new("sha256:1", false) },
            EngineCall.PlaceFiles c => Place(c),
            EngineCall.Create create => Create(create),
            EngineCall.Start c => On(c.Container, Start),
            EngineCall.Stop c => On(c.Container, box => Stop(box, 143)),
            EngineCall.Kill c => On(c.Container, box => Stop(box, 137)),
            EngineCall.Remove c => On(c.Container, Remove),
            EngineCall.Inspect c => On(c.Container, box => new() { Found = [box.Look()] }),
            EngineCall.Look c => new() { Found = [.. _boxes.Values.Where(box => box.Task == c.Task).Select(box => box.Look())] },
            _ => EngineAnswer.Done,
        });
    }

    private EngineAnswer On(string id, Func<Box, EngineAnswer> act) =>
        _boxes.TryGetValue(id, out var box) ? act(box) : EngineAnswer.Failed(EngineFault.NotFound, $"No such container: {id}");

    private EngineAnswer Create(EngineCall.Create call)
    {
        if (_boxes.Values.Any(box => box.Name == call.Name))
            return EngineAnswer.Failed(EngineFault.Conflict, $"The container name \"/{call.Name}\" is already in use");
        var box = new Box { Id = $"{machine.Number}-{++_created:D6}", Name = call.Name, Task = call.Task, Request = call.Request };
        _boxes[box.Id] = box;
        world.Note("created", call.Task.Value, machine.Number);
        return new() { Container = box.Id };
    }

    private EngineAnswer Place(EngineCall.PlaceFiles call)
    {
        if (call.Files.Count == 0 || call.Files.Any(file => file.Content.Length == 0))
            throw new SimulationException($"the files of task {call.Task} are placed without content");
        machine.Folders.Add(call.Task);
        return EngineAnswer.Done;
    }

    private EngineAnswer Start(Box box)
    {
        if (box.Request.HostConfig?.Mounts?.Any(mount => mount.Target != "/etc/resolv.conf") == true && box.Status != ContainerStatus.Running && !machine.Folders.Contains(box.Task))
            throw new SimulationException($"task {box.Task} starts without its secrets");
        if (box.Status == ContainerStatus.Running)
            return EngineAnswer.Done;
        if (Running.Any(other => other.Task == box.Task))
            throw new SimulationException($"two containers run for task {box.Task}");
        machine.Starts(box);
        (box.Status, box.StartedAt, box.Runs) = (ContainerStatus.Running, machine.UnixNanos, box.Runs + 1);
        world.Note("started", box.Task.Value, machine.Number);
        Tell(EngineEventKind.Started, box, 0);
        if (box.Request.Image.StartsWith("bad", StringComparison.Ordinal))
        {
            var run = box.Runs;
            world.After(world.Rng.Millis(50, 400), () =>
            {
                if (box.Runs == run)
                    Exit(box, 1);
            });
        }
        if (box.Request.Image.StartsWith("job", StringComparison.Ordinal))
        {
            var (run, code) = (box.Runs, world.Rng.OneIn(4) ? 1 : 0);
            world.After(world.Rng.Millis(100, 1500), () =>
            {
                if (box.Runs == run)
                    Exit(box, code);
            });
        }
        return EngineAnswer.Done;
    }

    private EngineAnswer Stop(Box box, int code)
    {
        Exit(box, code);
        return EngineAnswer.Done;
    }

    private EngineAnswer Remove(Box box)
    {
        Exit(box, 137);
        _boxes.Remove(box.Id);
        Tell(EngineEventKind.Destroyed, box, 0);
        return EngineAnswer.Done;
    }

    private void Tell(EngineEventKind kind, Box box, int code) =>
        machine.EngineSaid(new(kind, box.Id, box.Request.Labels, machine.UnixNanos, code), _generation);
}

/// <summary>A container.</summary>
internal sealed class Box
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required TaskId Task { get; init; }
    public required ContainerCreate Request { get; init; }
    public ContainerStatus Status { get; set; } = ContainerStatus.Created;
    public int ExitCode { get; set; }
    public long StartedAt { get; set; }
    public long FinishedAt { get; set; }
    public int Runs { get; set; }
    public bool LostPower { get; set; }

    public ContainerState Look() => new()
    {
        Id = Id,
        Name = Name,
        Status = Status,
        ExitCode = ExitCode,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        Pid = Status == ContainerStatus.Running ? 1000 + Runs : 0,
        Labels = Request.Labels,
    };
}
