using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Support;

/// <summary>
/// Builders for tests: <c>A.Node(1)</c>, <c>A.Spec("web")</c>, <c>A.Task(spec, 1)</c>. What a test does not say has a
/// value that disturbs nothing; change the rest with <c>with</c>. Ids come from small numbers and names, so that they
/// are the same in every run.
/// </summary>
public static class A
{
    public static readonly Timestamp Moment = Timestamp.From(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public static NodeId NodeId(int number) => new(Spread(1, number));
    public static TaskId TaskId(int number) => new(Spread(2, number));
    public static ServiceId ServiceId(int number) => new(Spread(3, number));
    public static ServiceId ServiceId(string name) => ServiceId(StableHash.Of(name));
    public static NetworkId NetworkId(int number) => new(Spread(4, number));

    /// <summary>A ready, active worker "node-N" at 10.0.x.y with 4 CPUs and 8 GiB.</summary>
    public static Node Node(int number, params (string Name, string Value)[] labels) => new()
    {
        Id = NodeId(number),
        CreatedAt = Moment,
        State = NodeState.Ready,
        Address = $"10.0.{number / 250}.{number % 250 + 1}",
        Spec = new NodeSpec { Labels = labels.ToDictionary(label => label.Name, label => label.Value) },
        Description = new NodeDescription
        {
            Hostname = $"node-{number}",
            Architecture = "x86_64",
            NanoCpus = Cpus(4),
            MemoryBytes = GiB(8),
            EngineVersion = "29.0.0",
        },
    };

    public static IEnumerable<Node> Nodes(int count) => Enumerable.Range(1, count).Select(number => Node(number));

    /// <summary>The tasks' part of a service: image busybox, nothing reserved, may run anywhere.</summary>
    public static TaskSpec Spec(string service, ulong version = 1) => new()
    {
        ServiceId = ServiceId(service),
        ServiceName = service,
        Version = version,
        Template = new TaskTemplate { ContainerSpec = new ContainerSpec { Image = "busybox" } },
    };

    /// <summary>A task in slot <paramref name="number"/>, running when it has a node, else pending.</summary>
    public static TaskRecord Task(TaskSpec spec, int number, NodeId node = default) => new()
    {
        Id = TaskId(number),
        Slot = SlotKey.Of((ulong)number),
        Spec = spec,
        NodeId = node,
        CreatedAt = Moment,
        Status = new ObservedStatus { State = node.IsNone ? TaskState.Pending : TaskState.Running, At = Moment },
    };

    public static TaskSpec With(this TaskSpec spec, TaskTemplate template) => new()
    {
        ServiceId = spec.ServiceId,
        ServiceName = spec.ServiceName,
        Version = spec.Version,
        Template = template,
        Endpoint = spec.Endpoint,
        ServiceLabels = spec.ServiceLabels,
    };

    public static TaskSpec With(this TaskSpec spec, EndpointSpec endpoint) => new()
    {
        ServiceId = spec.ServiceId,
        ServiceName = spec.ServiceName,
        Version = spec.Version,
        Template = spec.Template,
        Endpoint = endpoint,
        ServiceLabels = spec.ServiceLabels,
    };

    public static TaskSpec With(this TaskSpec spec, Placement placement) =>
        spec.With(spec.Template with { Placement = placement });

    public static TaskSpec Constrained(this TaskSpec spec, params string[] constraints) =>
        spec.With((spec.Template.Placement ?? new()) with { Constraints = [.. constraints] });

    /// <summary>Spread over labels, outermost first: <c>.Spread("node.labels.zone")</c>.</summary>
    public static TaskSpec Spread(this TaskSpec spec, params string[] over) =>
        spec.With((spec.Template.Placement ?? new()) with
        {
            Preferences =
            [
                .. over.Select(key => new PlacementPreference { Spread = new() { SpreadDescriptor = key } }),
            ],
        });

    public static TaskSpec Reserving(
        this TaskSpec spec, long nanoCpus = 0, long memory = 0, params GenericResource[] generic) =>
        spec.With(spec.Template with
        {
            Resources = new ResourceRequirements
            {
                Reservations = new Reservations
                {
                    NanoCPUs = nanoCpus,
                    MemoryBytes = memory,
                    GenericResources = generic.Length == 0 ? null : [.. generic],
                },
            },
        });

    /// <summary>Publishes fixed host-mode tcp ports.</summary>
    public static TaskSpec OnHostPorts(this TaskSpec spec, params uint[] ports) =>
        spec.With(new EndpointSpec { Ports = [.. ports.Select(port => HostPort(port))] });

    public static PortConfig HostPort(uint port, string protocol = "tcp") =>
        new() { PublishMode = "host", PublishedPort = port, TargetPort = port, Protocol = protocol };

    public static GenericResource Generic(string kind, long amount) =>
        new() { DiscreteResourceSpec = new DiscreteResource { Kind = kind, Value = amount } };

    public static GenericResource Generic(string kind, string name) =>
        new() { NamedResourceSpec = new NamedResource { Kind = kind, Value = name } };

    public static long Cpus(double cpus) => (long)(cpus * 1_000_000_000);
    public static long GiB(double amount) => (long)(amount * (1L << 30));

    /// <summary>Scattered over 128 bits as random ids are, so that tables behave as in production.</summary>
    private static UInt128 Spread(int kind, int number)
    {
        var seed = (ulong)kind << 32 | (uint)number;
        return new UInt128(
            (ulong)(uint)StableHash.Mix(seed) << 32 | (uint)StableHash.Mix(seed ^ 0xABCDEF),
            (ulong)(uint)StableHash.Mix(seed + 0x5555) << 32 | (uint)number);
    }
}
