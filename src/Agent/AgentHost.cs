using System.Threading.Channels;
using Orch.Agent.Asking;
using Orch.Agent.Engine;
using Orch.Agent.Logs;
using Orch.Agent.Networks;
using Orch.Agent.Session;
using Orch.Agent.Tasks;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;

namespace Orch.Agent;

/// <summary>Puts the parts together and runs them until the machine leaves the cluster or the process is told to stop.</summary>
internal sealed class AgentHost(AgentOptions options, MachineConfig machine, AgentLog log, TimeProvider clock)
{
    private const int MostWaiting = 10_000;

    /// <summary>How long a session waits for the first look at the containers: an engine that is away must be told too.</summary>
    private static readonly TimeSpan FirstLookWithin = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// The reason for leaving the cluster. Cancellation leaves every container running. Throws
    /// <see cref="InvalidDataException"/> for an engine that must not be used.
    /// </summary>
    public async Task<string> RunAsync(EngineAddress address, NodeCredentials credentials, CancellationToken stopping)
    {
        var (journal, recovery) = TaskJournal.Open(options.Paths.AgentDir, clock);
        using var _ = journal;
        if (recovery.Condition != JournalCondition.Sound)
            log.Warn($"journal: {recovery.Condition}: {recovery.Detail}");
        await using var engine = new DockerEngine(address, clock);
        var inputs = Channel.CreateBounded<AgentInput>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);

        ManagerSession? session = null;
        using var networks = new AgentNetworks(engine, machine, options.Paths, log, clock)
        {
            Send = (number, message) => session?.Send(number, message),
        };
        var directory = new ManagerDirectory(Managers());
        session = new ManagerSession(
            new GrpcTransport(credentials, clock), directory, inputs.Writer,
            NewBackoff(TimeSpan.FromSeconds(2)), log, clock)
        {
            OpenLogs = Logs(engine, credentials).Begin,
            Asked = new AskDesk(networks.Answers.ToAsync, log, clock).Begin,
        };
        var renewal = new RenewalLoop(
            credentials, options.Paths, directory, log, clock, Random.Shared.NextDouble());
        var images = new ImageFetch(engine, new PullCredentialsClient(credentials, directory, clock, log), log);
        var folders = new TaskFolders(options.Paths.FilesDir, log);
        var identity = Identity();
        networks.Begin([.. journal.State.Tasks.Keys], rebooted: journal.State.BootId != identity.BootId);
        var executor = new EngineExecutor(engine, images, folders, networks.OfTasks, inputs.Writer, stop.Token);
        var monitor = new EngineMonitor(
            engine, $"{ContainerLabels.Cluster}={machine.ClusterId}", machine, inputs.Writer,
            NewBackoff(TimeSpan.FromMilliseconds(500)), log, clock);
        var loop = new AgentLoop(new AgentCore(identity, journal.State, folders.Find()), journal, inputs.Reader, inputs.Writer, clock)
        {
            Call = executor.Submit,
            ClearFiles = folders.Clear,
            TaskGone = networks.Gone,
            Networks = networks.Desk,
            TakeNetworks = networks.Take,
            EngineReturned = networks.EngineReturned,
            Session = session,
            SetManagers = managers => Remember(directory, managers),
            Log = log,
        };
        inputs.Writer.TryWrite(new AgentInput.Described(NodeFacts.WithoutEngine(machine)));
        try
        {
            // Names first, and without a look at the engine: containers that run wait for nothing else of ours.
            var names = networks.RunAsync(stop.Token);
            if (await EngineCheck.ObjectionAsync(address, clock, stop.Token) is { } objection)
                throw new InvalidDataException(objection);
            var reason = await FirstToEndAsync(
                loop.RunAsync(stop.Token), monitor.RunAsync(stop.Token), DialAsync(monitor, session, stop.Token),
                renewal.RunAsync(stop.Token), names);
            await networks.ClearAsync(stopping);
            return reason;
        }
        finally
        {
            await stop.CancelAsync();
            await executor.DrainAsync();
        }
    }

    private LogReadings Logs(DockerEngine engine, NodeCredentials credentials) => new(
        (manager, cancellation) => GrpcLogCall.OpenAsync(manager, credentials, clock, cancellation),
        new ContainerLogs(engine, machine.ClusterId.ToString()).OpenAsync, log, clock);

    /// <summary>A part that fails ends the agent: half an agent is worse than one that is started again.</summary>
    private static async Task<string> FirstToEndAsync(Task<string> loop, params Task[] others)
    {
        var first = await Task.WhenAny([loop, .. others]);
        await first;
        return await loop;
    }

    private async Task DialAsync(EngineMonitor monitor, ManagerSession session, CancellationToken stopping)
    {
        await Task.WhenAny(monitor.FirstLook, Task.Delay(FirstLookWithin, clock, stopping));
        await session.RunAsync(stopping);
    }

    private AgentIdentity Identity() => new(
        machine.ClusterId, machine.NodeId, File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), AgentVersion.Text)
    {
        ResolvFolder = AgentNetworks.ResolvFolder(options.Paths),
    };

    private List<string> Managers()
    {
        var known = options.Managers.Concat(machine.Managers).Distinct().ToList();

        // A machine that is a manager itself can always ask itself.
        if (known.Count == 0 && machine.Listen is { Length: > 0 } listen)
            known.Add($"127.0.0.1:{listen[(listen.LastIndexOf(':') + 1)..]}");
        return known;
    }

    private void Remember(ManagerDirectory directory, IReadOnlyList<string> managers)
    {
        var changed = !directory.All.SequenceEqual(managers);
        directory.Replace(managers);
        if (!changed || MachineConfig.Load(options.Paths.NodeFile) is not { } current)
            return;
        (current with { Managers = managers }).Save(options.Paths.NodeFile);
    }

    private static Backoff NewBackoff(TimeSpan longest) => new(TimeSpan.FromMilliseconds(100), longest, Random.Shared);
}
