using Orch.Agent.Engine;
using Orch.Agent.Session;
using Orch.Contracts.Machine;
using Orch.Core.Model;

namespace Orch.Agent.Networks;

/// <summary>Puts the parts of the machine's networking together: book, engine networks, names and rules.</summary>
internal sealed class AgentNetworks : IAsyncDisposable
{
    private readonly EngineNetworks _engineNetworks;

    public AgentNetworks(DockerEngine engine, MachineConfig machine, MachinePaths paths, AgentLog log, TimeProvider clock)
    {
        Resolv = new(ResolvFolder(paths));
        _engineNetworks = new(
            engine, machine.ClusterId, () => Desk!.Book, () => Underlay.ContainerMtu(machine.AdvertiseAddr),
            new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), Random.Shared), log, clock);
        Desk = new(NetworkJournal.Open(paths.AgentDir), clock, log)
        {
            Followers = [(_, changes) => { if (changes.Networks.Count > 0) _engineNetworks.LookAgain(); }],
            Settled = (_, _) => Task.FromResult<string?>(null),
        };
        OfTasks = new(Desk, _engineNetworks, new PortWaiter(clock), Resolv, clock)
        {
            Missing = () => null,
            PortProblem = _ => null,
        };
    }

    public NetworkDesk Desk { get; }
    public TaskNetworks OfTasks { get; }
    public ResolvFiles Resolv { get; }

    public static string ResolvFolder(MachinePaths paths) => Path.Combine(paths.AgentDir, "resolv");

    /// <summary>Names and rules as they were; tasks are those that this machine still has.</summary>
    public void Begin(IEnumerable<TaskId> tasks)
    {
        Resolv.KeepOnly(tasks.ToHashSet());
        Desk.Begin();
    }

    public void EngineReturned() => _engineNetworks.EngineReturned();

    public Task RunAsync(CancellationToken stopping) => _engineNetworks.RunAsync(stopping);

    /// <summary>The machine leaves the cluster: nothing of ours stays in kernel or engine.</summary>
    public Task ClearAsync(CancellationToken stopping) => _engineNetworks.ClearAsync(stopping);

    public ValueTask DisposeAsync()
    {
        Desk.Dispose();
        return ValueTask.CompletedTask;
    }
}
