using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using WireDescription = Orch.Contracts.Agent.NodeDescription;

namespace Orch.Tests.Simulation;

/// <summary>A machine: disk (the agent's journal), clock, engine, and the agent process with its real core.</summary>
internal sealed class Machine : Process
{
    private const long Wall = 1_767_323_045_000_000_000;
    private const long HeartbeatEvery = 500_000_000;
    private const long AckPatience = 2_000_000_000;
    private readonly Cluster _cluster;
    private JournalState _journal = new();
    private AgentCore? _core;
    private Link? _link;
    private bool _streamOpen;
    private long _bootAt;
    private long _timerAt = long.MaxValue;
    private long _sessions;
    private long _lastAck;
    private ulong _sequence;
    private int _boots;
    private int _dialled;

    public Machine(World world, Cluster cluster, int number, NodeId node) : base(world)
    {
        (_cluster, Number, Node) = (cluster, number, node);
        Engine = new Engine(world, this);
    }

    public int Number { get; }
    public NodeId Node { get; }
    public Engine Engine { get; }

    /// <summary>Tasks whose secrets lie on this machine's tmpfs: they outlive the agent, and no loss of power.</summary>
    public HashSet<TaskId> Folders { get; } = [];
    public long PartitionedUntil { get; set; }
    public long ClockOffset { get; set; }
    public long UnixNanos => Wall + World.Now + ClockOffset;

    /// <summary>The highest epoch the agent ever obeyed, kept by the checker and not by the agent.</summary>
    public Core.Model.Epoch Obeyed { get; private set; }

    public void Boot()
    {
        _bootAt = World.Now;
        _boots++;
        StartAgent();
    }

    public void StartAgent()
    {
        Begin();
        FrozenUntil = 0;
        var journal = new JournalState();
        if (_cluster.Mutation != Mutation.AgentForgetsItsJournal)
        {
            foreach (var entry in _journal.Entries())
                journal.Apply(entry);
        }
        _journal = journal;
        var files = new FilesFound("/files", Folders.ToHashSet());
        _core = new AgentCore(new(_cluster.Id, Node, $"boot-{Number}-{_boots}", "sim"), journal, files);
        (_link, _streamOpen, _timerAt) = (null, false, long.MaxValue);
        World.Note("agent starts", Node.Value);
        Step(new AgentInput.Described(new WireDescription
        {
            Hostname = $"m{Number}",
            Architecture = "x86_64",
            Os = "linux",
            NanoCpus = 4_000_000_000,
            MemoryBytes = 8L << 30,
            Address = $"10.0.0.{Number + 1}",
        }));
        Post(World.Rng.Millis(5, 60), OpenStream);
        Post(World.Rng.Millis(5, 60), Dial);
        Post(HeartbeatEvery, Heartbeat);
    }

    public void Starts(Box box) => _cluster.Checker.Starts(box, World.Now - _bootAt);

    public void CrashAgent(long restartAfter)
    {
        if (!Alive)
            return;
        World.Note("agent crashes", Node.Value);
        Hang();
        World.After(restartAfter, () =>
        {
            if (!Alive)
                StartAgent();
        });
    }

    public void PowerLoss(long offFor)
    {
        if (!Alive)
            return;
        World.Note("power lost", Node.Value);
        Hang();
        Engine.PowerLost();
        Folders.Clear();
        World.After(offFor, () =>
        {
            if (!Alive)
                Boot();
        });
    }

    private void Hang()
    {
        // The kernel closes a dead process's connections; a machine without power closes nothing, but is silent too.
        _link?.ToManager.Send(null);
        if (_link is not null)
            _link.AgentClosed = true;
        End();
    }

    public void EngineWent()
    {
        if (Alive)
            Post(1_000_000, () => { _streamOpen = false; Step(new AgentInput.EngineDown("the stream broke")); });
    }

    public void EngineCame()
    {
        if (Alive)
            Post(World.Rng.Millis(50, 300), OpenStream);
    }

    public void EngineSaid(EngineEvent happened, int generation)
    {
        if (Alive && _streamOpen)
            Post(2_000_000, () => { if (_streamOpen) Step(new AgentInput.EngineHappened(happened)); });
    }

    private void OpenStream()
    {
        if (_streamOpen || !Engine.Up)
            return;
        _streamOpen = true;
        Step(new AgentInput.EngineUp(Engine.List()));
    }

    private void Dial()
    {
        if (_link is not null)
            return;
        var manager = _cluster.Managers[_dialled % _cluster.Managers.Count];
        var unreachable = World.Now < Math.Max(PartitionedUntil, manager.AgentsCutUntil);
        if (unreachable || !manager.Accepts)
        {
            _dialled++;
            Post(World.Rng.Millis(100, 300), Dial);
            return;
        }
        var link = _link = new Link(World, this, manager, ++_sessions);
        _lastAck = World.Now;
        link.ToAgent.Receive = message =>
        {
            if (!link.AgentClosed)
                Post(0, () => Receive(link, message));
        };
        manager.Connected(link);
        Step(new AgentInput.SessionOpened(link.Session));
    }

    private void Receive(Link link, ManagerMessage? message)
    {
        if (link.AgentClosed)
            return;
        if (message is null)
        {
            Close(link, "the manager closed it");
            return;
        }
        if (message.BodyCase == ManagerMessage.BodyOneofCase.HeartbeatAck)
            _lastAck = World.Now;
        _cluster.Checker.Delivered(Node, message.Assignments);
        var before = Obeyed;
        var spoken = message.Assignments is { } set ? new Core.Model.Epoch(set.Epoch.Incarnation, set.Epoch.Term) : Core.Model.Epoch.None;
        var outputs = Step(new AgentInput.FromManager(link.Session, message));
        if (message.Assignments is null)
            return;
        var acted = outputs.Any(output => output is AgentOutput.Persist or AgentOutput.Call);
        if (spoken < before && acted)
            throw new SimulationException($"machine {Number} obeyed epoch {spoken} after {before}");
        if (acted && spoken > before)
            Obeyed = spoken;
    }

    private void Close(Link link, string why)
    {
        if (link.AgentClosed)
            return;
        link.AgentClosed = true;
        link.ToManager.Send(null);
        World.Note("session closed", Node.Value, link.Session);
        if (_link == link)
            _link = null;
        Step(new AgentInput.SessionClosed(link.Session));
        _dialled++;
        Post(World.Rng.Millis(20, 200), Dial);
    }

    private void Heartbeat()
    {
        Post(HeartbeatEvery, Heartbeat);
        if (_link is not { } link)
            return;
        if (World.Now - _lastAck > AckPatience)
            Close(link, "no answer");
        else
            link.ToManager.Send(new AgentMessage { Heartbeat = new() { Sequence = ++_sequence } });
    }

    private IReadOnlyList<AgentOutput> Step(AgentInput input)
    {
        var outputs = _core!.Step(new(TimeSpan.FromTicks((World.Now - _bootAt) / 100), UnixNanos), input);
        foreach (var output in outputs)
            Perform(output);
        if (Alive && _core.NextDue is { } due)
            Arm(_bootAt + Math.Max(0, due.Ticks) * 100);
        return outputs;
    }

    private void Perform(AgentOutput output)
    {
        switch (output)
        {
            case AgentOutput.Persist persist:
                _journal.Apply(persist.Entry);
                break;
            case AgentOutput.Call call:
                var life = _core;
                Engine.Call(call.Request, answer => Post(0, () =>
                {
                    if (_core == life)
                        Step(new AgentInput.CallAnswered(call.Request, answer));
                }));
                break;
            case AgentOutput.ClearFiles clear:
                Folders.Remove(clear.Task);
                break;
            case AgentOutput.Send send when _link is { } link && link.Session == send.Session:
                link.ToManager.Send(send.Message.Clone());
                break;
            case AgentOutput.DropSession drop when _link is { } link && link.Session == drop.Session:
                Post(0, () => Close(link, drop.Reason));
                break;
        }
    }

    private void Arm(long at)
    {
        at = Math.Max(at, World.Now + 1_000_000);
        if (at >= _timerAt && _timerAt > World.Now)
            return;
        _timerAt = at;
        Post(at - World.Now, () =>
        {
            if (_timerAt != at)
                return;
            _timerAt = long.MaxValue;
            Step(new AgentInput.TimeCame());
        });
    }
}
