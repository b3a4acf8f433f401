using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Store.Memory;

namespace Orch.Tests.Simulation;

/// <summary>Deliberate defects: each must be found, or the simulation proves nothing.</summary>
internal enum Mutation
{
    None,
    AnswersBeforeAppend,
    ShortWindow,
    NoGraceAtTakeOver,
    AgentForgetsItsJournal,
    StartsInAnyOrder,
}

/// <summary>Two managers, a log, some machines, and the users who change things while everything fails around them.</summary>
internal sealed class Cluster
{
    private static readonly string[] Secrets = ["key-0", "key-1"];
    private readonly World _world;
    private readonly List<(Manager By, Action<Decision?> Answered)> _waiting = [];
    private int _tokens;
    private int _names;
    private readonly List<ServiceSpec> _reliable = [];
    private readonly HashSet<string> _followed = [];

    public Cluster(World world, Mutation mutation)
    {
        (_world, Mutation) = (world, mutation);
        Checker = new Checker(world);
        Id = new ClusterId(world.Rng.Id());
        Managers = [new Manager(world, this, 0), new Manager(world, this, 1)];
        var machines = 2 + world.Rng.Below(2);
        Machines = [.. Enumerable.Range(0, machines).Select(n => new Machine(world, this, n, new NodeId(world.Rng.Id())))];
    }

    public Mutation Mutation { get; }
    public ClusterId Id { get; }
    public MemoryLogServer Log { get; } = new(keepTail: 20);
    public IReadOnlyList<Manager> Managers { get; }
    public IReadOnlyList<Machine> Machines { get; }
    public Checker Checker { get; }

    /// <summary>Of two that think they lead, the one who does: the other was frozen and has not found out.</summary>
    public Manager? Leader => Managers.Where(manager => manager.Accepts).MaxBy(manager => manager.Epoch);

    public void Start()
    {
        foreach (var manager in Managers)
            manager.Start();
        foreach (var machine in Machines)
            machine.Boot();
    }

    /// <summary>A first leader makes the cluster and admits the machines, as the shells do.</summary>
    public void Prepare(Manager leader)
    {
        if (leader.View!.Cluster is null)
            leader.Execute(new CreateCluster(Id), _ => { });
        foreach (var name in Secrets.Where(name => !leader.View.FilesByName.Contains(new(FileKind.Secret, name))))
            leader.Execute(new CreateFile(FileKind.Secret, new() { Name = name, Data = [1, 2, 3] }), _ => { });
        foreach (var number in Enumerable.Range(0, Networks.Count).Where(number => !leader.View.NetworksByName.Contains(Networks.Name(number))))
            leader.Execute(Networks.Create(number), _ => { });
        foreach (var machine in Machines.Where(machine => !leader.View.Nodes.Contains(machine.Node)))
            leader.Execute(new JoinNode(machine.Node, NodeRole.Worker, $"m{machine.Number}", $"10.0.0.{machine.Number + 1}"), _ => { });
    }

    public void Waiting(Manager by, Action<Decision?> answered) => _waiting.Add((by, answered));

    public void Answer(Manager by, Action<Decision?> answered, Decision decision)
    {
        if (_waiting.Remove((by, answered)))
            answered(decision);
    }

    public void LeadershipEnded(Manager by)
    {
        foreach (var waiting in _waiting.Where(waiting => waiting.By == by).ToList())
        {
            _waiting.Remove(waiting);
            waiting.Answered(null);
        }
    }

    public void CreateService(int b, int c)
    {
        var token = $"t{++_tokens}";
        var spec = Ordered(RandomSpec($"s{++_names}", token, b, c, jobs: _world.Seed % 2 == 0), b, c);
        Ask(view => new CreateService(WithSecret(view, spec, b + c)), token, 40);
    }

    /// <summary>
    /// Some services start after an earlier one that will run for sure: one without a port that could be taken. It may be
    /// removed, so none is required.
    /// </summary>
    private ServiceSpec Ordered(ServiceSpec spec, int b, int c)
    {
        var before = _reliable.Count == 0 || (b + c) % 3 != 0 ? null : _reliable[(b * 7 + c) % _reliable.Count];
        if (spec.EndpointSpec is null && !Networks.MayRunDry(spec))
            _reliable.Add(spec);
        if (before is null)
            return spec;
        _followed.Add(before.Name);
        var condition = !before.IsJob ? DependencyCondition.Healthy
            : b % 2 == 0 ? DependencyCondition.Completed : DependencyCondition.Started;
        var dependency = new ServiceDependency(before.Name, condition, Required: false);
        Checker.Follows(spec.Name, dependency);
        return Mutation == Mutation.StartsInAnyOrder ? spec : spec with
        {
            Labels = new(spec.Labels!) { [ServiceDependency.Label] = ServiceDependency.Format([dependency]) },
        };
    }

    /// <summary>The keys are exchanged, or the service gets its first one.</summary>
    public void UpdateSecret(int a, int b) => UpdateService(a, (view, spec) => WithSecret(view, spec, b));

    public void MoveService(int a, int b) =>
        UpdateService(a, spec => spec.IsJob ? spec : Networks.Attached(spec, Allowed(spec.Name, b)));

    /// <summary>What others wait for stays away from the network that runs dry; who goes there is waited for by nobody later.</summary>
    private int Allowed(string name, int which)
    {
        if (which % Networks.Count == 0)
            return which;
        if (_followed.Contains(name))
            return which - 1;
        _reliable.RemoveAll(spec => spec.Name == name);
        return which;
    }

    /// <summary>A network goes, where nothing is on it, or comes back.</summary>
    public void ToggleNetwork(int a) => Ask(view => view.NetworksByName.Contains(Networks.Name(a))
        ? new RemoveNetwork(Networks.Name(a)) : Networks.Create(a), null, 40);

    public void UpdateService(int a, Func<ServiceSpec, ServiceSpec> change) => UpdateService(a, (_, spec) => change(spec));

    private void UpdateService(int a, Func<ClusterState, ServiceSpec, ServiceSpec> change)
    {
        var token = $"t{++_tokens}";
        Ask(view =>
        {
            var services = view.Services.Values.OrderBy(s => s.Spec.Name, StringComparer.Ordinal).ToList();
            if (services.Count == 0)
                return null;
            var service = services[a % services.Count];
            return new UpdateService(service.Id.ToString(), service.Version,
                change(view, service.Spec) with { Labels = new(service.Spec.Labels!) { ["token"] = token } }, false);
        }, token, 40);
    }

    public void RemoveService(int a) => Ask(view => view.Services.Count < 2 ? null
        : new RemoveService(view.Services.Values.OrderBy(s => s.Spec.Name, StringComparer.Ordinal).ElementAt(a % view.Services.Count).Id.ToString()),
        null, 40);

    public void SetAvailability(NodeId node, NodeAvailability availability) => Ask(view =>
        view.Nodes.Get(node) is { } found && found.Spec.Availability != availability
            ? new UpdateNode(node.ToString(), found.Version, found.Spec with { Availability = availability }) : null, null, 40);

    /// <summary>
    /// A user who reads, asks, and asks again where nothing can have happened; where something may have, the user leaves it.
    /// </summary>
    private void Ask(Func<ClusterState, ClusterCommand?> command, string? token, int patience)
    {
        if (patience == 0)
            return;
        if (Leader is not { View: { Cluster: not null } view } leader)
        {
            _world.After(_world.Rng.Millis(100, 400), () => Ask(command, token, patience - 1));
            return;
        }
        if (command(view) is not { } asked)
            return;
        leader.Execute(asked, decision =>
        {
            if (decision is { Refusal.Kind: RefusalKind.OutOfSequence })
                _world.After(_world.Rng.Millis(1, 50), () => Ask(command, token, patience - 1));
            else if (decision is { Refusal: null } && token is not null)
                Checker.Acknowledged(token);
        });
    }

    /// <summary>Two services of three have one of two secrets.</summary>
    private static ServiceSpec WithSecret(ClusterState view, ServiceSpec spec, int which)
    {
        var name = Secrets[which % 2];
        if (which % 3 == 0 || !view.FilesByName.TryGet(new(FileKind.Secret, name), out var id))
            return spec;
        var reference = new FileReference
        {
            SecretID = id.ToString(),
            SecretName = name,
            File = new() { Name = "key", UID = "0", GID = "0", Mode = 292 },
        };
        var container = spec.TaskTemplate!.ContainerSpec! with { Secrets = [reference] };
        return spec with { TaskTemplate = spec.TaskTemplate with { ContainerSpec = container } };
    }

    private static ServiceSpec RandomSpec(string name, string token, int b, int c, bool jobs) => (c % 13) switch
    {
        7 when jobs => Job(name, token, new() { ReplicatedJob = new() { TotalCompletions = 1 + (ulong)(b % 5), MaxConcurrent = (ulong)(c % 4) } }),
        8 when jobs => Job(name, token, new() { GlobalJob = new() }),
        _ => Networks.Attached(Daemon(name, token, b, c), b + c),
    };

    private static ServiceSpec Job(string name, string token, ServiceMode mode) => new()
    {
        Name = name,
        Labels = new() { ["token"] = token },
        Mode = mode,
        TaskTemplate = new() { ContainerSpec = new() { Image = "job:1" } },
    };

    private static ServiceSpec Daemon(string name, string token, int b, int c) => new()
    {
        Name = name,
        Labels = new() { ["token"] = token },
        Mode = c % 5 == 0 ? new() { Global = new() } : new() { Replicated = new() { Replicas = 1 + (ulong)(b % 4) } },
        TaskTemplate = new()
        {
            ContainerSpec = new() { Image = b % 9 == 8 ? "bad:1" : "app:1" },
            RestartPolicy = (c % 6) switch
            {
                0 => new() { Delay = 300_000_000 },
                3 => new() { Delay = 200_000_000, MaxAttempts = 1 + (ulong)(b % 2), Window = b % 3 == 0 ? null : 1_500_000_000 },
                _ => null,
            },
        },
        UpdateConfig = new()
        {
            Parallelism = (ulong)(b % 3),
            Monitor = 500_000_000,
            Order = c % 4 == 1 && b % 5 != 0 ? "start-first" : null,
            FailureAction = (b % 4) switch { 0 => "rollback", 1 => "continue", _ => null },
        },
        RollbackConfig = new() { Parallelism = 0, Monitor = 500_000_000 },
        EndpointSpec = (b % 5) switch
        {
            0 => new() { Ports = [new() { PublishMode = "host", Protocol = "tcp", PublishedPort = 8080, TargetPort = 80 }] },
            3 => new() { Ports = [new() { TargetPort = 80 }] },
            4 when c % 2 == 0 => new() { Mode = "dnsrr" },
            _ => null,
        },
    };
}
