using Google.Protobuf;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using TaskAddress = Orch.Contracts.Agent.TaskAddress;

namespace Orch.Tests.Agent.Fakes;

/// <summary>Drives one <see cref="AgentCore"/> as its contract says, with a fake engine and a journal in memory.</summary>
internal sealed class CoreHarness
{
    public static readonly ClusterId Cluster = new(77);
    private readonly List<EngineCall> _calls = [];
    private AgentCore _core;
    private TimeSpan _uptime = TimeSpan.FromHours(1);
    private string _boot = "boot-1";
    private long _session;
    private int _boots = 1;

    public CoreHarness()
    {
        Engine = new(() => Now.UnixNanos);
        _core = NewCore();
    }

    public JournalState Journal { get; private set; } = new();
    public FakeEngine Engine { get; }
    public List<AgentMessage> Sent { get; } = [];
    public List<AgentOutput> Outputs { get; } = [];
    public IReadOnlyList<EngineCall> Calls => _calls;
    public string Template { get; set; } = """{"ContainerSpec":{"Image":"web"}}""";
    public string Labels { get; set; } = "";

    /// <summary>Network id and address, the same for every task.</summary>
    public List<TaskAddress> Addresses { get; } = [];
    public string Endpoint { get; set; } = "";

    /// <summary>Sent along with every assignment, as the first set of a session has it.</summary>
    public List<FilePayload> Files { get; } = [];
    public bool Connected { get; private set; }
    public bool EngineUp { get; private set; }
    public AgentTime Now => new(_uptime, 1_000_000_000_000_000_000 + _uptime.Ticks * 100);
    public TimeSpan? NextDue => _core.NextDue;

    public static TaskId Task(int number) => new((UInt128)number + 1000);

    public const string Secret = "s3cret-canary";
    public static readonly FileId SecretId = new(4242);

    /// <summary>From here on the service has a secret, and managers send it.</summary>
    public CoreHarness WithSecret(bool template = false, string content = Secret)
    {
        Template = $$$"""
            {"ContainerSpec":{"Image":"web","Env":["MODE=fast"],"Secrets":[{"SecretID":"{{{SecretId}}}","SecretName":"db-password",
            "File":{"Name":"password","UID":"33","GID":"44","Mode":256}}]}}
            """;
        Files.Add(new() { Id = SecretId.ToString(), Data = ByteString.CopyFromUtf8(content), IsTemplate = template });
        return this;
    }

    public CoreHarness Up()
    {
        EngineUp = true;
        Step(new AgentInput.EngineUp([.. Engine.Containers]));
        return this;
    }

    public CoreHarness Down()
    {
        EngineUp = false;
        Engine.Events.Clear();
        Step(new AgentInput.EngineDown("gone"));
        return this;
    }

    public CoreHarness Connect(ulong term = 1)
    {
        Connected = true;
        Step(new AgentInput.SessionOpened(++_session));
        Hear(new() { Welcome = new() { ClusterId = $"{Cluster}", Epoch = new() { Incarnation = 1, Term = term } } });
        return this;
    }

    public CoreHarness Disconnect()
    {
        Connected = false;
        Step(new AgentInput.SessionClosed(_session));
        return this;
    }

    public void Hear(ManagerMessage message) => Step(new AgentInput.FromManager(_session, message));

    public void Assign(int task, TaskState desired = TaskState.Running, ulong term = 1) =>
        Hear(new() { Assignments = Set(term, [(task, desired)]) });

    public void AssignAll(IEnumerable<(int Task, TaskState Desired)> tasks)
    {
        var set = Set(1, tasks);
        set.Complete = true;
        Hear(new() { Assignments = set });
    }

    public void Remove(int task)
    {
        var set = Set(1, []);
        set.Removed.Add($"{Task(task)}");
        Hear(new() { Assignments = set });
    }

    public Assignments Set(ulong term, IEnumerable<(int Task, TaskState Desired)> tasks)
    {
        var set = new Assignments { Epoch = new() { Incarnation = 1, Term = term }, Revision = 5 };
        set.Specs.Add(new TaskSpecVersion
        {
            ServiceId = "svc",
            Version = 1,
            ServiceName = "web",
            TemplateJson = ByteString.CopyFromUtf8(Template),
            EndpointJson = ByteString.CopyFromUtf8(Endpoint),
            LabelsJson = ByteString.CopyFromUtf8(Labels),
        });
        set.Files.Add(Files);
        foreach (var (task, desired) in tasks)
        {
            set.Tasks.Add(new TaskAssignment
            {
                TaskId = $"{Task(task)}",
                ServiceId = "svc",
                SpecVersion = 1,
                Slot = (ulong)task,
                Name = $"web.{task}.{Task(task)}",
                DesiredState = (uint)desired,
                Addresses = { Addresses },
            });
        }
        return set;
    }

    /// <summary>Answers calls and delivers events until nothing moves any more; time stands still.</summary>
    public CoreHarness Settle()
    {
        for (var moves = 0; _calls.Count > 0 || Engine.Events.Count > 0; moves++)
        {
            Assert.True(moves < 10_000, "the agent does not come to rest");
            if (Engine.Events.Count > 0)
                DeliverEvent();
            else
                Answer(0);
        }
        return this;
    }

    /// <summary>Lets time pass, due by due, settling in between.</summary>
    public CoreHarness Pass(TimeSpan span)
    {
        var until = _uptime + span;
        while (_core.NextDue is { } due && due <= until)
        {
            _uptime = due > _uptime ? due : _uptime + TimeSpan.FromMilliseconds(1);
            Step(new AgentInput.TimeCame());
            Settle();
        }
        _uptime = until;
        return this;
    }

    public void Answer(int index)
    {
        var call = _calls[index];
        _calls.RemoveAt(index);
        Step(new AgentInput.CallAnswered(call, Engine.Perform(call)));
    }

    /// <summary>The call works or not, and nobody learns which.</summary>
    public void LoseAnswer(int index, bool performed)
    {
        var call = _calls[index];
        _calls.RemoveAt(index);
        if (performed)
            Engine.Perform(call);
        Step(new AgentInput.CallAnswered(call, EngineAnswer.Failed(Orch.Agent.Engine.EngineFault.Unreachable, "lost")));
    }

    public void DeliverEvent()
    {
        var happened = Engine.Events[0];
        Engine.Events.RemoveAt(0);
        if (EngineUp)
            Step(new AgentInput.EngineHappened(happened));
    }

    /// <summary>kill -9 of the agent; calls under way may or may not have reached the engine.</summary>
    public void Crash(Func<bool> reached)
    {
        foreach (var call in _calls.ToList())
        {
            if (reached())
                Engine.Perform(call);
        }
        _calls.Clear();
        Engine.Events.Clear();
        Connected = EngineUp = false;
        _session += 10;
        _core = NewCore();
    }

    public void Reboot()
    {
        Crash(() => false);
        Engine.StopAllSilently(255);
        Engine.Folders.Clear();
        _boot = $"boot-{++_boots}";
        _core = NewCore();
    }

    public TaskReport? LastReport(int task) => Sent
        .SelectMany(m => m.BodyCase == AgentMessage.BodyOneofCase.Hello ? m.Hello.Tasks : m.Reports?.Tasks ?? [])
        .LastOrDefault(r => r.TaskId == $"{Task(task)}");

    public TaskState StateOf(int task) => (TaskState)(LastReport(task)?.State ?? 0);

    public void Step(AgentInput input)
    {
        var outputs = _core.Step(Now, input);
        foreach (var persist in outputs.OfType<AgentOutput.Persist>())
            Journal.Apply(persist.Entry);
        foreach (var output in outputs)
        {
            Outputs.Add(output);
            if (output is AgentOutput.Call call)
                _calls.Add(call.Request);
            if (output is AgentOutput.ClearFiles clear)
                Engine.Folders.Remove(clear.Task);
            if (output is AgentOutput.Send send)
                Sent.Add(send.Message);
        }
    }

    private AgentCore NewCore()
    {
        // Through the journal's own entries, so that a restart sees only what was really written.
        var state = new JournalState();
        foreach (var entry in Journal.Entries())
            state.Apply(entry);
        Journal = state;
        return new(new(Cluster, new NodeId(9), _boot, "test"), state, new("/files", Engine.Folders.Keys.ToHashSet()));
    }
}
