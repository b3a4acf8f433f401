using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Manager.Images;
using Orch.Manager.Leadership;
using Orch.Manager.Security;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>
/// Starts and stops a manager: keys, log, the cluster if there is none yet, then its roles and the listeners, which live as
/// long as the process. Nothing listens before there is a role to answer in; when that fails for good, the process ends:
/// whoever supervises it starts it again.
/// </summary>
internal sealed class ManagerHost(ManagerOptions options, ILoggerFactory loggers, TimeProvider clock)
{
    private readonly ILogger _logger = loggers.CreateLogger("Orch.Manager");
    private readonly MonotonicTime _time = new(clock);

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
        var head = options.CheckStore ? await log.OpenAsync(stopping)
            : await PatientOpening.OpenAsync(log, address, _logger, clock, stopping);
        if (options.CheckStore && !options.Bootstrap)
            await StoreClaim.CheckJoiningAsync(log, head, address, cipher, stopping);
        else
            await StoreClaim.CheckAsync(log, head, address, options.Paths, cipher, stopping);
        if (options.CheckStore)
            return 0;
        StoreChoice.Remember(address, options.Paths, options.StoreFile);
        gauge.Measure(log);

        _logger.LogInformation("the log is open at revision {Revision}, epoch {Epoch}", head.Revision, head.Leader.Epoch);

        // The log on this machine's disk is held by this process: nobody else leads or will. Elsewhere one that founds does
        // not go on leading but stands by first, which takes its own leadership back at once.
        var alone = address.Kind == StoreKind.Sqlite;
        var won = MachineConfig.Load(options.Paths.NodeFile) is not { } machine ? await FoundAsync(log, head, cipher, stopping)
            : alone ? await LeadAsync(log, head, machine.NodeId, stopping) : (Won?)null;
        return await ServeAsync(log, alone, gauge, cipher, alone ? won : null, stopping);
    }

    private async Task<int> ServeAsync(
        IEventLog log, bool alone, StoreGauge gauge, AesGcmCipher cipher, Won? won, CancellationToken stopping)
    {
        FoundingMark.Remove(options.Paths);
        var machine = MachineConfig.Load(options.Paths.NodeFile)!;
        var own = NodeCredentials.Load(options.Paths, clock);
        var shown = new ServerCertificate(own.Certificate);
        var requests = new RequestSwitch(clock);
        using var engine = new LocalEngine(machine.Engine, clock);
        using var forwarder = new Forwarder(own, _time, clock, loggers.CreateLogger("Orch.Manager.Leadership"));
        await using var app = Listeners.Build(options, shown, own.Trust, requests, loggers);
        var parts = new RoleParts
        {
            Options = options,
            Machine = machine,
            Credentials = own,
            Log = log,
            Alone = alone,
            Gauge = gauge,
            Cipher = cipher,
            Requests = requests,
            Host = app.Services,
            Forwarder = forwarder,
            Engine = engine,
            Loggers = loggers,
            Clock = clock,
            Time = _time,
            StartedAt = Timestamp.From(clock.GetUtcNow()),
            Address = Founding.AddressOf(machine.AdvertiseAddr, options),
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] loops =
        [
            new ManagerRoles(parts).RunAsync(won, stop.Token), ListenAsync(app, requests, stop.Token),
            new CertificateReload(shown, own, options.Paths, _logger, clock).RunAsync(stop.Token),
        ];
        var first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        await Ended(loops[0]);
        requests.Close();
        foreach (var loop in loops)
            await Ended(loop);
        return first.IsFaulted ? Failed(first.Exception!.GetBaseException()) : 0;
    }

    private async Task ListenAsync(WebApplication app, RequestSwitch requests, CancellationToken stopping)
    {
        await requests.Serving.WaitAsync(stopping);
        await app.StartAsync(stopping);
        ControlSocket.Restrict(options.Paths.ControlSocket);
        _logger.LogInformation("listening on {Socket} and {Listen}", options.Paths.ControlSocket, options.Listen);
        await requests.Closed;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(patience.Token);
    }

    private void CheckDataRoot()
    {
        Directory.CreateDirectory(options.Paths.ManagerDir,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(options.Paths.RunDir);
        if (!options.Bootstrap && !options.CheckStore && MachineConfig.Load(options.Paths.NodeFile) is null)
            throw new InvalidDataException(
                $"{options.Paths.DataRoot} belongs to no cluster: run `orch init` to create one");
    }

    private KeyRing Keys(StoreAddress address)
    {
        var path = options.Paths.KeyFile;
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

    /// <summary>A leadership for founding.</summary>
    private async Task<Won> FoundAsync(IEventLog log, LogHead head, AesGcmCipher cipher, CancellationToken stopping)
    {
        var state = await Replay.RunAsync(log, stopping);
        var self = FoundingMark.Load(options.Paths) ?? Founding.FounderOf(state) ?? new NodeId(NewIds.Next());
        FoundingMark.Save(options.Paths, self);
        var won = await LeadAsync(log, head, self, stopping);
        var store = new ClusterStore(state, won.Epoch, log, clock, NewIds.Next, loggers.CreateLogger<ClusterStore>());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = store.RunAsync(stop.Token);
        try
        {
            await new Founding(store, options, self, cipher, clock).RunAsync(stopping);
        }
        finally
        {
            await stop.CancelAsync();
            await Ended(running);
        }
        return won;
    }

    /// <summary>What is seen is free, or of a process that is dead: nobody competes.</summary>
    private async Task<Won> LeadAsync(IEventLog log, LogHead head, NodeId self, CancellationToken stopping)
    {
        var began = _time.Now;
        var address = Founding.AddressOf(options.AdvertiseAddr ?? IPAddress.Loopback.ToString(), options);
        var result = await log.CampaignAsync(head.Leader.Epoch, new LeaderInfo($"{self}", address), EpochStep.Term, stopping);
        return result is CampaignResult.Won won ? new Won(won.Epoch, began)
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
