using Orch.Agent.Asking;
using Orch.Agent.Dataplanes;
using Orch.Agent.Dns;
using Orch.Agent.Engine;
using Orch.Agent.Session;
using Orch.Contracts.Agent;
using Orch.Contracts.Machine;
using Orch.Core.Model;
using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>Puts the parts of the machine's networking together: book, engine networks, names and rules.</summary>
internal sealed class AgentNetworks : IDisposable
{
    private readonly EngineNetworks _engineNetworks;
    private readonly Dataplane _dataplane;
    private readonly DnsServer _names;
    private readonly AppliedAnswers _applied = new();

    public AgentNetworks(DockerEngine engine, MachineConfig machine, MachinePaths paths, AgentLog log, TimeProvider clock)
    {
        Resolv = new(ResolvFolder(paths));
        _engineNetworks = new(
            engine, machine.ClusterId, () => Desk!.Book, () => Underlay.ContainerMtu(machine.DataAddress),
            new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), Random.Shared), log, clock);
        IpAddr? own = IpAddr.TryParse(machine.DataAddress, out var parsed) ? parsed : null;
        _dataplane = new(log, clock, new()
        {
            NodeId = machine.NodeId.ToString(),
            NodeAddress = own,
            LinkGone = _engineNetworks.LinkGone,
        });
        _names = new(log, clock, new() { OwnAddress = own is { IsV6: false } v4 ? (uint)v4.Value : 0 });
        Desk = new(NetworkJournal.Open(paths.AgentDir, log.Warn), clock, log)
        {
            Followers = [_names.Apply, _dataplane.Want, (_, changes) => { if (changes.Networks.Count > 0) _engineNetworks.LookAgain(); }],
            Settled = _dataplane.RulesAsync,
        };
        OfTasks = new(Desk, _engineNetworks, new PortWaiter(clock), Resolv, clock)
        {
            Missing = () => _dataplane.Missing,
            Stands = _dataplane.StandsAsync,
            PortProblem = _dataplane.PortProblem,
        };
        Answers = new(() => Desk.Book, _dataplane.StandsAsync, _names, machine.DataAddress, clock);
    }

    /// <summary>Sends a message in a session with a manager; lost without harm when that is over.</summary>
    public Action<long, AgentMessage> Send { get; init; } = (_, _) => { };

    public NetworkDesk Desk { get; }
    public TaskNetworks OfTasks { get; }
    public ResolvFiles Resolv { get; }

    /// <summary>To questions of people who look into the cluster.</summary>
    public Answers Answers { get; }

    public static string ResolvFolder(MachinePaths paths) => Path.Combine(paths.AgentDir, "resolv");

    /// <summary>Names and rules as they were; tasks are those that this machine still has. After a boot none of them runs yet.</summary>
    public void Begin(IReadOnlyCollection<TaskId> tasks, bool rebooted)
    {
        Resolv.KeepOnly(tasks.ToHashSet());
        Desk.Begin(rebooted ? tasks : []);
    }

    /// <summary>What a manager says of networks; it is answered when names and rules are so.</summary>
    public void Take(long session, NetworkUpdate update)
    {
        Desk.Take(update);
        if (!update.More)
            _applied.Owe(session, update.Serial, Desk.Book.Version);
    }

    /// <summary>Nothing is left of the task here.</summary>
    public void Gone(TaskId task)
    {
        Resolv.Remove(task);
        Desk.Forget(task);
    }

    public void EngineReturned()
    {
        _engineNetworks.Doubt();
        _dataplane.EngineReturned();
    }

    /// <summary>Until told to stop; a part that fails ends it, too.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        Task[] parts =
        [
            _engineNetworks.RunAsync(stopping), _dataplane.RunAsync(stopping), _names.RunAsync(stopping),
            _applied.RunAsync(_dataplane.RulesAsync, () => _dataplane.Missing is not null, Send, stopping),
        ];
        await await Task.WhenAny(parts);
        await Task.WhenAll(parts);
    }

    /// <summary>The same where nothing runs yet.</summary>
    public async Task RunToClearAsync(CancellationToken stopping)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = _dataplane.RunAsync(done.Token);
        await ClearAsync(stopping);
        await done.CancelAsync();
        await running;
    }

    /// <summary>The machine leaves the cluster: nothing of ours stays in kernel or engine.</summary>
    public async Task ClearAsync(CancellationToken stopping)
    {
        await _engineNetworks.ClearAsync(stopping);
        await _dataplane.ClearAsync();
    }

    public void Dispose()
    {
        Desk.Dispose();
        _names.Dispose();
        _engineNetworks.Dispose();
    }
}
