using Microsoft.Extensions.Logging.Abstractions;
using Orch.Contracts.Machine;
using Orch.Core.Leading;
using Orch.Core.Model;
using Orch.Manager;
using Orch.Manager.Leadership;
using Orch.Manager.Store;
using Orch.Manager.Store.Memory;
using Orch.Testing;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Leadership;

/// <summary>Standbys over one log and one clock that a test moves.</summary>
public sealed class CandidacyTests : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.01);
    private readonly ManualClock _clock = new();
    private readonly MemoryLogServer _server = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TroubledLog> _logs = [];
    private readonly List<Task> _loops = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => Task.WhenAll(_loops).WaitAsync(TimeSpan.FromSeconds(30)));
        foreach (var log in _logs)
            await log.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Of_several_standbys_exactly_one_takes_what_is_free()
    {
        var standbys = new List<Task<Won>>();
        for (var node = 1UL; node <= 3; node++)
            standbys.Add((await StandByAsync(node)).Candidacy);
        await PassUntilAsync("somebody leads", () => standbys.Any(standby => standby.IsCompleted));
        Assert.Equal(1, standbys.Count(standby => standby.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_leader_that_renews_keeps_its_leadership_and_one_that_stops_loses_it()
    {
        var leader = _server.Connect();
        await leader.OpenAsync();
        var won = (CampaignResult.Won)await leader.CampaignAsync(Epoch.None, new($"{new NodeId(9)}", "leader:1"));
        var (candidacy, _) = await StandByAsync(1);
        for (var step = 0; step < 1_000; step++)
        {
            if (step % 25 == 0)
                await leader.RenewAsync(won.Epoch);
            _clock.Advance(Step);
            await Task.Yield();
        }
        Assert.False(candidacy.IsCompleted);

        await PassUntilAsync("the standby leads", () => candidacy.IsCompleted);
        Assert.Equal(won.Epoch.NextTerm(), (await candidacy).Epoch);
        await leader.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_cannot_be_asked_makes_no_leader()
    {
        var (candidacy, log) = await StandByAsync(1, before: log => log.Trouble = () => new LogException("away"));
        for (var step = 0; step < 1_000; step++)
        {
            _clock.Advance(Step);
            await Task.Yield();
        }
        Assert.False(candidacy.IsCompleted);
        log.Trouble = null;
        await PassUntilAsync("the standby leads", () => candidacy.IsCompleted);
    }

    private async Task<(Task<Won> Candidacy, TroubledLog Log)> StandByAsync(ulong node, Action<TroubledLog>? before = null)
    {
        var log = new TroubledLog(_server.Connect());
        _logs.Add(log);
        await log.OpenAsync(default);
        before?.Invoke(log);
        var parts = Parts(log, new NodeId(node));
        var replica = new Replica(log, NullLogger.Instance, _clock);
        var sight = new LeaderSight(parts.Self, parts.Times.SilentFor, parts.Time, _clock);
        var candidacy = new Candidacy(
            parts, sight, new LeaderWatch(parts.Times, TimeSpan.FromSeconds(0.05) * node), replica, true, NullLogger.Instance).RunAsync(_stop.Token);
        _loops.AddRange([replica.RunAsync(_stop.Token), candidacy]);
        return (candidacy, log);
    }

    private RoleParts Parts(IEventLog log, NodeId self) => new()
    {
        Options = new ManagerOptions(),
        Machine = new MachineConfig { NodeId = self },
        Log = log,
        Alone = false,
        Loggers = NullLoggerFactory.Instance,
        Clock = _clock,
        Time = new MonotonicTime(_clock),
        StartedAt = default,
        Address = $"m{self}:1",
        Credentials = null!,
        Gauge = null!,
        Cipher = NoCipher.Instance,
        Requests = null!,
        Host = null!,
        Forwarder = null!,
        Engine = null!,
    };

    private Task PassUntilAsync(string what, Func<bool> condition) => Until.TrueAsync(what, () =>
    {
        if (condition())
            return true;
        _clock.Advance(Step);
        return false;
    });
}
