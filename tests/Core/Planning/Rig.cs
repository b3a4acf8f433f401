using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Core.Writing;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Planning;

/// <summary>
/// A writer whose log always says yes, with time and agents in the test's hand. Each event also goes through the codec into
/// a second state, which must stay the same as the writer's.
/// </summary>
internal sealed class Rig
{
    private readonly ClusterState _replica = new();
    private ClusterWriter _writer;
    private ulong _ids;

    public Rig(int nodes = 3, bool mirrored = true)
    {
        Mirrored = mirrored;
        _writer = new ClusterWriter(new ClusterState());
        Ok(new CreateCluster(new ClusterId(NewId())));
        for (var i = 0; i < nodes; i++)
            Join();
    }

    /// <summary>Compares with the replica after each step; off where only size matters.</summary>
    public bool Mirrored { get; }
    public Timestamp Now { get; private set; } = Timestamp.From(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    public List<NodeId> Nodes { get; } = [];
    public List<ClusterEvent> Events { get; } = [];
    public int Steps { get; private set; }
    public int LargestBatch { get; private set; }
    public ClusterState State => _writer.Speculative;
    public Timestamp? NextDue => _writer.NextDue;

    public NodeId Join(long memory = 8L << 30)
    {
        var id = new NodeId(NewId());
        Nodes.Add(id);
        Ok(new JoinNode(id, NodeRole.Worker, $"n{Nodes.Count}", ""));
        Ok(new DescribeNode(id, new NodeDescription
        {
            Hostname = $"n{Nodes.Count}",
            Architecture = "x86_64",
            NanoCpus = 4_000_000_000,
            MemoryBytes = memory,
        }, $"10.0.0.{Nodes.Count}"));
        Set(id, NodeState.Ready);
        return id;
    }

    public void Set(NodeId node, NodeState state) => Ok(new SetNodeState(node, state, null));

    public void Availability(NodeId node, NodeAvailability availability) =>
        Ok(new UpdateNode(node.ToString(), State.Nodes.Get(node)!.Version,
            State.Nodes.Get(node)!.Spec with { Availability = availability }));

    public void Label(NodeId node, string name, string value) =>
        Ok(new UpdateNode(node.ToString(), State.Nodes.Get(node)!.Version,
            State.Nodes.Get(node)!.Spec with { Labels = new() { [name] = value } }));

    public ServiceId Create(ServiceSpec spec) => Ids.Parse<ServiceId>(Ok(new CreateService(spec)).Reply.CreatedId!);

    public void Update(ServiceId id, Func<ServiceSpec, ServiceSpec> change)
    {
        var service = State.Services.Get(id)!;
        Ok(new UpdateService(id.ToString(), service.Version, change(service.Spec), false));
    }

    public Decision Ok(ClusterCommand command)
    {
        var decision = Do(command);
        Assert.True(decision.Refusal is null, decision.Refusal?.Message);
        return decision;
    }

    public Decision Do(ClusterCommand command)
    {
        var ticket = new object();
        _writer.Enqueue(ticket, command);
        return Run().Single(answer => answer.Ticket == ticket).Decision;
    }

    public void Report(TaskRecord task, TaskState state, int exitCode = 0) =>
        Ok(new ReportTasks(task.NodeId, [new(task.Id, Status(state, exitCode))], false));

    public ObservedStatus Status(TaskState state, int exitCode = 0) => new()
    {
        State = state,
        At = Now,
        ExitCode = state.IsTerminal() ? exitCode : null,
    };

    /// <summary>Agents of ready nodes do what they are told until there is nothing more to do.</summary>
    public void Settle(Func<TaskRecord, TaskState>? outcome = null)
    {
        for (var round = 0; ; round++)
        {
            Assert.True(round < 200, "agents and planners do not come to rest");
            var reports = State.Tasks.Values.Select(task => (Task: task, To: Step(task, outcome)))
                .Where(r => r.To > r.Task.State).GroupBy(r => r.Task.NodeId).ToList();
            if (reports.Count == 0)
                return;
            foreach (var node in reports)
                Ok(new ReportTasks(node.Key, [.. node.Select(r => new ObservedTask(r.Task.Id, Status(r.To)))], false));
        }
    }

    /// <summary>Goes from due time to due time; agents settle in between.</summary>
    public void Pass(TimeSpan time, Func<TaskRecord, TaskState>? outcome = null)
    {
        var end = Now + time;
        Settle(outcome);
        while (NextDue is { } due && due <= end)
        {
            Now = due > Now ? due : Now;
            Run();
            Settle(outcome);
        }
        Now = end;
        Run();
    }

    public List<Answer> Run()
    {
        var answers = new List<Answer>();
        while (_writer.Step(new StepContext(Now, NewId)) is { } batch)
        {
            Assert.True(++Steps < 1_000_000, "the writer does not come to rest");
            LargestBatch = Math.Max(LargestBatch, batch.Events.Count);
            Assert.Equal(_replica.Revision, batch.ExpectedRevision);
            foreach (var e in batch.Events)
                Fold.Apply(_replica, EventCodec.Decode(EventCodec.KindOf(e), EventCodec.Encode(e)), _replica.Revision + 1, new());
            Events.AddRange(batch.Events);
            answers.AddRange(batch.Answers);
            _writer.Acknowledge(batch);
        }
        if (Mirrored)
            Assert.Equal(DurableState.Of(_replica), DurableState.Of(State));
        return answers;
    }

    /// <summary>A new leader on the replayed log, before any agent spoke to it. What it emits at once.</summary>
    public IReadOnlyList<ClusterEvent> TakeOver()
    {
        var copy = SnapshotCodec.Read(SnapshotCodec.Write(_replica));
        Assert.Equal(DurableState.Of(_replica), DurableState.Of(copy));
        _writer = new ClusterWriter(copy);
        var before = Events.Count;
        Run();
        return Events[before..];
    }

    public IEnumerable<TaskRecord> Tasks(ServiceId service) =>
        State.TaskRecordsOf(service).OrderBy(task => task.Slot).ThenBy(task => task.CreatedAt.UnixNanos);

    public List<TaskRecord> Alive(ServiceId service) => [.. Tasks(service).Where(task => task.IsAlive)];
    public TaskRecord Only(ServiceId service) => Assert.Single(Alive(service));

    public UInt128 NewId()
    {
        _ids++;
        var high = (uint)StableHash.Mix(_ids) | (ulong)(uint)StableHash.Mix(_ids + 77) << 32;
        return new UInt128(high, _ids);
    }

    private TaskState Step(TaskRecord task, Func<TaskRecord, TaskState>? outcome)
    {
        if (task.State.IsTerminal() || State.Nodes.Get(task.NodeId) is not { State: NodeState.Ready })
            return task.State;
        return task.Desired switch
        {
            TaskState.Running => outcome?.Invoke(task) ?? TaskState.Running,
            TaskState.Ready => TaskState.Ready,
            _ => TaskState.Shutdown,
        };
    }
}
