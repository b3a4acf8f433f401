using Microsoft.Extensions.Logging;
using Orch.Core.Commands;
using Orch.Manager.Hosting;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Leadership;

/// <summary>What a leader does for others while its store runs: the API, the agents' sessions, snapshots.</summary>
internal sealed class LeaderServing(RoleParts parts, ClusterStore store, Lease lease)
{
    /// <summary>What streams and agents get to hear why they end, before they are cut off.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(0.3);
    private readonly ILogger _logger = parts.Loggers.CreateLogger("Orch.Manager");

    /// <summary>Leaving: whether agents are told that this manager stops, or that another one leads.</summary>
    public async Task RunAsync(Func<bool> leaving, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var secrets = ClusterSecrets.Open(store.Current.Cluster!.SecretsSealed!, parts.Cipher);
        using var ca = ClusterCa.FromPem(secrets.RootPem, secrets.KeyPem, parts.Clock);
        var hub = new SessionHub(
            store, new SessionOptions(parts.Self) { Fallback = parts.Machine.Managers }, parts.Clock, parts.Loggers.CreateLogger<SessionHub>());
        using var admission = new ManagerAdmission(store, ca, parts.Cipher, parts.Self, parts.Alone);
        using var app = new ManagerApp.Parts(parts, store, hub, admission, ca, lease);
        await using var pipeline = ManagerApp.Pipeline(app);
        Task[] loops =
        [
            hub.RunAsync(stop.Token), KeepSnapshotsAsync(stop.Token), SayAddressAsync(stop.Token), StayMemberAsync(stop.Token),
            app.Events.RunAsync(store.WatchAsync, parts.Clock, stop.Token), app.TokenCalls.RunAsync(store.WatchAsync, stop.Token),
        ];
        parts.Requests.Use(pipeline);
        try
        {
            await await Task.WhenAny(loops);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            hub.EndAll(leaving());
            await parts.Requests.EndAsync(pipeline, Grace);
            await stop.CancelAsync();
            foreach (var loop in loops)
                await loop.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Agents and the other managers find this one by what the state says of it.</summary>
    private async Task SayAddressAsync(CancellationToken stopping)
    {
        var decision = await store.ExecuteAsync(new SetManagerAddr(parts.Self, parts.Address), stopping);
        if (decision.Refusal is { } refusal)
            _logger.LogWarning("this manager's address cannot be recorded: {Reason}", refusal.Message);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
    }

    private async Task StayMemberAsync(CancellationToken stopping)
    {
        await foreach (var (view, changes) in store.WatchAsync(stopping))
        {
            if (changes is null || changes.Nodes.Count > 0)
                Membership.Check(view, parts.Self);
        }
    }

    private async Task KeepSnapshotsAsync(CancellationToken stopping)
    {
        var newest = await NewestSnapshotAsync(stopping);
        await new SnapshotKeeper(store, parts.Log, parts.Loggers.CreateLogger<SnapshotKeeper>()).RunAsync(newest, stopping);
    }

    /// <summary>Where it cannot be told now, one is saved a little early.</summary>
    private async Task<ulong> NewestSnapshotAsync(CancellationToken stopping)
    {
        try
        {
            return (await parts.Log.LoadSnapshotAsync(stopping))?.Revision ?? 0;
        }
        catch (LogException e) when (e is not LogFatalException and not LogCorruptException)
        {
            _logger.LogWarning("the newest snapshot cannot be told: {Reason}", e.Message);
            return 0;
        }
    }
}
