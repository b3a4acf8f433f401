using System.Buffers.Binary;
using Orch.Agent.Engine;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Tests.Support;

namespace Orch.Tests.Simulation;

/// <summary>What a run came to. Failure is null when every invariant held and the cluster did what was asked in the end.</summary>
internal sealed record Outcome(ulong TraceHash, long Events, string? Failure, IReadOnlyList<string> Lines);

/// <summary>One run: a seed, a script, a cluster.</summary>
internal sealed class Simulation
{
    private const long Patience = 100_000_000_000;
    private readonly World _world;
    private readonly Cluster _cluster;
    private int _corrections;

    private Simulation(ulong seed, Mutation mutation, bool recording)
    {
        _world = new World(seed, recording);
        _cluster = new Cluster(_world, mutation);
    }

    public static Outcome Run(ulong seed, IReadOnlyList<Happening> script, Mutation mutation = Mutation.None, bool recording = false)
    {
        var simulation = new Simulation(seed, mutation, recording);
        string? failure = null;
        try
        {
            simulation.Play(script);
        }
        catch (SimulationException e)
        {
            failure = e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = e.ToString();
        }
        var world = simulation._world;
        return new(world.TraceHash, world.Events, failure is null ? null : $"at {world.Now / 1e9:0.000} s: {failure}", world.Lines);
    }

    private void Play(IReadOnlyList<Happening> script)
    {
        _cluster.Start();
        foreach (var happening in script)
            _world.At(happening.At, () => Happen(happening));
        _world.RunUntil(Script.Quiet);
        Heal();
        string? missing = "never looked";
        for (var end = _world.Now + Patience; _world.Now < end && missing is not null;)
        {
            Correct();
            _world.RunUntil(_world.Now + 500_000_000);
            missing = Missing();
        }
        if (missing is not null)
            throw new SimulationException($"not as wanted {Patience / 1_000_000_000} s after the last fault: {missing}");
        _cluster.Checker.End();
        _cluster.Checker.Same(_cluster.Leader!.View!, "the leader's committed view");
    }

    private void Happen(Happening it)
    {
        _world.Note(it.Fault.ToString(), (UInt128)(it.A + 1), it.B);
        var machine = _cluster.Machines[it.A % _cluster.Machines.Count];
        var manager = _cluster.Managers[it.A % 2];
        switch (it.Fault)
        {
            case Fault.CreateService: _cluster.CreateService(it.B, it.C); break;
            case Fault.UpdateService when it.C % 4 == 0: _cluster.UpdateSecret(it.A, it.B); break;
            case Fault.UpdateService when it.C % 7 == 1: _cluster.MoveService(it.A, it.B); break;
            case Fault.UpdateService: _cluster.UpdateService(it.A, spec => Reimaged(spec, it.B % 4 == 0 ? $"bad:{it.C}" : $"app:{it.C}")); break;
            case Fault.ScaleService: _cluster.UpdateService(it.A, spec => Scaled(spec, (ulong)(it.B % 5))); break;
            case Fault.RemoveService:
                _cluster.RemoveService(it.A);
                if (it.B % 2 == 0)
                    _world.After(it.C * 1_000_000L, () => _cluster.ToggleNetwork(it.A));
                break;
            case Fault.SetAvailability: _cluster.SetAvailability(machine.Node, (NodeAvailability)(it.B % 3)); break;
            case Fault.ContainerExits:
                if (machine.Engine.Running.ToList() is { Count: > 0 } running)
                    machine.Engine.Exit(running[it.B % running.Count], it.C % 2);
                break;
            case Fault.AgentCrash: machine.CrashAgent((50 + it.B * 2) * 1_000_000L); break;
            case Fault.MachineReboot: machine.PowerLoss((500 + it.B * 5) * 1_000_000L); break;
            case Fault.EngineRestart: machine.Engine.Restart(it.B % 2 == 0, (200 + it.C * 2) * 1_000_000L); break;
            case Fault.EngineHang: machine.Engine.HungUntil = _world.Now + it.B * 3_000_000L; break;
            case Fault.AgentPartition: machine.PartitionedUntil = _world.Now + it.B * 6_000_000L; break;
            case Fault.MachineFreeze: machine.FrozenUntil = _world.Now + it.B * 3_000_000L; break;
            case Fault.ClockJump: machine.ClockOffset = (it.B - 500) * 7_200_000_000_000L; break;
            case Fault.ManagerCrash: manager.Crash(); break;
            case Fault.ManagerCrashAtAppend: Leading(m => m.Log.DieAtAppend = 1 + it.B % 2); break;
            case Fault.ManagerFreeze: manager.Freeze(it.B * 3_000_000L); break;
            case Fault.LogPartition: manager.Log.CutUntil = _world.Now + it.B * 4_000_000L; break;
            case Fault.AppendAnswerLost: Leading(m => m.Log.LoseNextAnswer = true); break;
            case Fault.SaveSnapshot: Leading(Save); break;
        }
    }

    private void Leading(Action<Manager> act)
    {
        if (_cluster.Leader is { } leader)
            act(leader);
    }

    private void Heal()
    {
        _world.Note("quiet");
        foreach (var machine in _cluster.Machines)
            (machine.PartitionedUntil, machine.FrozenUntil, machine.Engine.HungUntil) = (_world.Now, _world.Now, _world.Now);
        foreach (var manager in _cluster.Managers)
        {
            (manager.AgentsCutUntil, manager.Log.CutUntil) = (_world.Now, _world.Now);
            manager.FrozenUntil = Math.Min(manager.FrozenUntil, _world.Now);
            (manager.Log.DieAtAppend, manager.Log.LoseNextAnswer) = (0, false);
        }
    }

    /// <summary>The operator puts right what users broke: nodes active, no image that cannot run, no update that paused.</summary>
    private void Correct()
    {
        if (_cluster.Leader is not { View: { } view })
            return;
        foreach (var machine in _cluster.Machines)
            _cluster.SetAvailability(machine.Node, NodeAvailability.Active);
        var services = view.Services.Values.OrderBy(s => s.Spec.Name, StringComparer.Ordinal).ToList();
        for (var i = 0; i < services.Count; i++)
        {
            var broken = services[i].Spec.TaskTemplate!.ContainerSpec!.Image.StartsWith("bad", StringComparison.Ordinal)
                || services[i].Update is { State: UpdateState.Paused or UpdateState.RollbackPaused };
            if (broken)
                _cluster.UpdateService(i, spec => Reimaged(spec, $"app:final{++_corrections}"));
        }
    }

    /// <summary>Null when everything is as wanted.</summary>
    private string? Missing()
    {
        if (_cluster.Leader is not { View: { } view })
            return "nobody leads";
        foreach (var node in view.Nodes.Values)
        {
            if (node.State != NodeState.Ready)
                return $"node {node.Id} is {node.State}";
        }
        foreach (var service in view.Services.Values)
        {
            if (MissingOf(view, service) is { } missing)
                return missing;
        }
        if (AddressInvariants.BrokenAtRest(view) is { } broken)
            return broken;
        foreach (var task in view.Tasks.Values.Where(t => !t.IsAlive && !t.State.IsTerminal()))
            return $"{task.Name} should be {task.Desired} and is {task.State}";
        return _cluster.Machines.Select(machine => Stray(view, machine) ?? Secrets(view, machine))
            .FirstOrDefault(stray => stray is not null);
    }

    private static string? MissingOf(ClusterState view, Service service)
    {
        var alive = view.TaskRecordsOf(service.Id).Where(t => t.IsAlive).ToList();
        var wanted = service.IsGlobal ? view.Nodes.Count : (int)service.Replicas;
        if (service.IsJob)
        {
            var complete = Checker.CompleteSlots(view, service).Count;
            return complete == wanted && alive.Count == 0 ? null
                : $"{service.Spec.Name} has {complete} completions of {wanted} and {alive.Count} live tasks";
        }
        if (alive.Count != wanted && NotGivenUp(view, service, alive) is { } empty)
            return $"{service.Spec.Name} has {alive.Count} live tasks of {wanted}: {empty}";
        foreach (var task in alive)
        {
            if (!Waits(service, task) && task.State != TaskState.Running)
                return $"{task.Name} is {task.State}, wanted {task.Desired}, on {task.NodeId}: {task.Status.Error}";
        }
        if (alive.Exists(task => task.Spec.Fingerprint != service.TaskSpec.Fingerprint)
            && service.Update is { State: UpdateState.Completed or UpdateState.RollbackCompleted })
            return $"{service.Spec.Name} runs a mixture: {service.Update}";
        return service.IsUpdating && !alive.Exists(task => Waits(service, task))
            ? $"{service.Spec.Name} is updating: {service.Update}" : null;
    }

    /// <summary>Slots whose policy allows no further restart stay empty; any other that does has a reason to be filled.</summary>
    private static string? NotGivenUp(ClusterState view, Service service, List<TaskRecord> alive)
    {
        if (alive.Count > alive.Select(task => task.Slot).Distinct().Count())
            return "two in one slot";
        var slots = service.IsGlobal ? view.Nodes.Keys.Select(SlotKey.Of)
            : Enumerable.Range(1, (int)service.Replicas).Select(number => new SlotKey((ulong)number, default));
        return slots.Where(slot => alive.TrueForAll(task => task.Slot != slot))
            .Select(slot => RestartChecker.GivenUp(view, service, slot)).FirstOrDefault(why => why is not null);
    }

    /// <summary>
    /// More replicas of a host port than machines, or more tasks than their network has addresses: the rest waits, says why,
    /// and holds its update up.
    /// </summary>
    private static bool Waits(Service service, TaskRecord task) =>
        task.NodeId.IsNone && task.Status.Error is { Length: > 0 } why
        && (service.Spec.EndpointSpec is not null || why.StartsWith("no address left in network net-0", StringComparison.Ordinal));

    private static string? Stray(ClusterState view, Machine machine)
    {
        var running = machine.Engine.Running.Select(box => box.Task).ToHashSet();
        var wanted = view.TasksOn(machine.Node).Where(t => t.IsAlive).Select(t => t.Id).ToHashSet();
        return running.SetEquals(wanted) ? null
            : $"machine {machine.Number} runs {running.Count} containers for {wanted.Count} tasks";
    }

    /// <summary>What lies on a machine's tmpfs is what its live tasks need, and nothing else.</summary>
    private static string? Secrets(ClusterState view, Machine machine)
    {
        var wanted = view.TasksOn(machine.Node)
            .Where(t => t.IsAlive && FileReferences.In(t.Spec.Template).Any()).Select(t => t.Id).ToHashSet();
        return machine.Folders.SetEquals(wanted) ? null
            : $"machine {machine.Number} has secrets of {machine.Folders.Count} tasks, {wanted.Count} of which need them";
    }

    private static ServiceSpec Reimaged(ServiceSpec spec, string image) => spec with
    {
        TaskTemplate = spec.TaskTemplate! with
        {
            ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Image = spec.IsJob ? image.Replace("app", "job") : image },
        },
    };

    private static ServiceSpec Scaled(ServiceSpec spec, ulong replicas) =>
        spec.Mode?.Global is not null || spec.IsJob ? spec : spec with { Mode = new() { Replicated = new() { Replicas = replicas } } };

    private static void Save(Manager leader)
    {
        if (leader.View is not { Revision: > 0 } view)
            return;
        var saved = leader.Log.Direct.SaveSnapshotAsync(view.Revision, Chunks(view));
        if (saved.IsCompletedSuccessfully)
            leader.Log.Direct.CompactAsync(view.Revision).AsTask().GetAwaiter().GetResult();
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks(ClusterState view)
    {
        await ValueTask.CompletedTask;
        foreach (var item in SnapshotCodec.Write(view))
        {
            var chunk = new byte[6 + item.Payload.Length];
            BinaryPrimitives.WriteUInt16LittleEndian(chunk, item.Kind);
            BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(2), item.Payload.Length);
            item.Payload.CopyTo(chunk, 6);
            yield return chunk;
        }
    }
}
