using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Store;
using Orch.Manager.Writing;
using SessionOptions = Orch.Manager.Sessions.SessionOptions;

namespace Orch.Manager.Hosting;

/// <summary>
/// Starts and stops a manager: keys, log, leadership, state, then the listeners. Nothing listens before the state is
/// replayed, and when the store ends, for whatever reason, the process ends: whoever supervises it starts it again.
/// </summary>
internal sealed class ManagerHost(ManagerOptions options, ILoggerFactory loggers, TimeProvider clock)
{
    private readonly ILogger _logger = loggers.CreateLogger("Orch.Manager");

    /// <summary>Runs until stopped; the exit code says whether that was wanted.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        CheckDataRoot();
        var given = options.Store ?? (options.StoreFile is { } file ? StoreFile.Load(file) : null);
        var address = StoreChoice.Decide(given, options.Paths, Environment.GetEnvironmentVariable("PGPASSWORD"));
        var gauge = new StoreGauge(address, options.Paths, _logger, clock);
        using var cipher = Keys(address).CreateCipher();
        await using var log = EventLogs.Open(address, new EventLogOptions
        {
            ManagerDir = options.Paths.ManagerDir,
            Cipher = cipher,
            AcceptLostTail = options.AcceptLostTail,
            Warn = gauge.Warn,
            Clock = clock,
        });
        var head = await log.OpenAsync(stopping);
        await StoreClaim.CheckAsync(log, head, address, options.Paths, cipher, stopping);
        if (options.CheckStore)
            return 0;
        StoreChoice.Remember(address, options.Paths, options.StoreFile);
        gauge.Measure(log);
        var epoch = await LeadAsync(log, head, stopping);
        var state = await Replay.RunAsync(log, stopping);
        _logger.LogInformation("leading epoch {Epoch} from revision {Revision}", epoch, state.Revision);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var store = new ClusterStore(state, epoch, log, clock, NewIds.Next, loggers.CreateLogger<ClusterStore>());
        var running = store.RunAsync(stop.Token);
        var serving = ServeAsync(store, log, gauge, cipher, head.SnapshotRevision, stop.Token);
        var first = await Task.WhenAny(running, serving);
        await stop.CancelAsync();
        await Ended(serving);
        await Ended(running);
        await Ended(log.ResignAsync(epoch, CancellationToken.None).AsTask());
        return first.IsFaulted ? Failed(first.Exception!.GetBaseException()) : 0;
    }

    private async Task ServeAsync(
        ClusterStore store, IEventLog log, StoreGauge gauge, AesGcmCipher cipher, ulong snapshot, CancellationToken stopping)
    {
        var secrets = await new Founding(store, options, cipher, clock).RunAsync(stopping);
        using var ca = ClusterCa.FromPem(secrets.RootPem, secrets.KeyPem, clock);
        var machine = MachineConfig.Load(options.Paths.NodeFile)!;
        var hub = new SessionHub(store, new SessionOptions(machine.Managers), clock, loggers.CreateLogger<SessionHub>());
        using var admission = new ManagerAdmission(store, ca, cipher, machine.Managers);
        var own = NodeCredentials.Load(options.Paths, clock).Certificate;
        var shown = new ServerCertificate(own);
        var parts = new ManagerApp.Parts(options, store, hub, admission, ca, shown, machine, loggers, clock, gauge);
        await using var app = ManagerApp.Build(parts);
        await app.StartAsync(stopping);
        ControlSocket.Restrict(options.Paths.ControlSocket);
        _logger.LogInformation("listening on {Socket} and {Listen}", options.Paths.ControlSocket, options.Listen);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var keeper = new SnapshotKeeper(store, log, loggers.CreateLogger<SnapshotKeeper>());
        var reload = new CertificateReload(shown, own.NotAfter, options.Paths, _logger, clock);
        Task[] loops =
        [
            hub.RunAsync(stop.Token), keeper.RunAsync(snapshot, stop.Token), reload.RunAsync(stop.Token),
            parts.Events.RunAsync(store.WatchAsync, clock, stop.Token), parts.TokenCalls.RunAsync(store.WatchAsync, stop.Token),
        ];
        var ended = await Task.WhenAny(loops);
        await stop.CancelAsync();
        hub.EndAll();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(patience.Token);
        foreach (var loop in loops)
            await Ended(loop);
        if (ended.IsFaulted)
            await ended;
    }

    private void CheckDataRoot()
    {
        Directory.CreateDirectory(options.Paths.ManagerDir,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(options.Paths.RunDir);
        if (!options.Bootstrap && MachineConfig.Load(options.Paths.NodeFile) is null)
            throw new InvalidDataException(
                $"{options.Paths.DataRoot} belongs to no cluster: run `orch init` to create one");
    }

    private KeyRing Keys(StoreAddress address)
    {
        var path = Path.Combine(options.Paths.ManagerDir, "keys");
        if (File.Exists(path))
            return KeyRing.Load(path);
        var place = EventLogs.Location(address, options.Paths.ManagerDir);
        if (address.Kind == StoreKind.Sqlite ? File.Exists(place) : MachineConfig.Load(options.Paths.NodeFile) is not null)
            throw new InvalidDataException(
                $"{path} is missing, but {place} holds a cluster: restore the file from a backup, "
                + "without it the cluster's secrets cannot be opened");
        var keys = KeyRing.Create();
        keys.Save(path);
        return keys;
    }

    /// <summary>One manager: nobody competes, what is seen is free or of a dead process.</summary>
    private async Task<Epoch> LeadAsync(IEventLog log, LogHead head, CancellationToken stopping)
    {
        var me = new LeaderInfo(Environment.MachineName, options.Listen.ToString());
        var result = await log.CampaignAsync(head.Leader.Epoch, me, EpochStep.Term, stopping);
        return result is CampaignResult.Won won ? won.Epoch
            : throw new NotLeaderException($"could not take the leadership: {result}");
    }

    private int Failed(Exception error)
    {
        _logger.LogCritical(error, "the manager stops: {Reason}", error.Message);
        return ExitCodes.For(error);
    }

    /// <summary>Waits for the end only: the reason is told by the task that ended first.</summary>
    private static Task Ended(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);
}
