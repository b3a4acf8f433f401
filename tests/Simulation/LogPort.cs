using Orch.Manager.Store;

namespace Orch.Tests.Simulation;

/// <summary>
/// A manager's way to the log: requests and answers take time, are lost with a partition, and a manager may die at either
/// side of the moment in which its append becomes durable. A null answer means "outcome unknown".
/// </summary>
internal sealed class LogPort(World world, Manager manager, IEventLog log)
{
    private readonly IEventLog _log = log;

    public long CutUntil { get; set; }
    public bool LoseNextAnswer { get; set; }

    /// <summary>1: the manager dies before its next append is durable, 2: after it.</summary>
    public int DieAtAppend { get; set; }

    public void ReadLeader(Action<LeaderView?> answered) => Call(() => Now(_log.ReadLeaderAsync()), answered);

    public void Campaign(Core.Model.Epoch seen, LeaderInfo self, Action<CampaignResult?> answered) =>
        Call(() => Now(_log.CampaignAsync(seen, self)), answered);

    public void Renew(Core.Model.Epoch epoch, Action<RenewResult?> answered) => Call(() => Now(_log.RenewAsync(epoch)), answered);

    public void Append(
        Core.Model.Epoch epoch, ulong expected, EventData[] events, Action<AppendResult> executed, Action<AppendResult?> answered) =>
        Call(() => Append(epoch, expected, events, executed), answered, world.Rng.Millis(0, world.Rng.OneIn(20) ? 150 : 3));

    public IEventLog Direct => _log;

    private AppendResult? Append(Core.Model.Epoch epoch, ulong expected, EventData[] events, Action<AppendResult> executed)
    {
        var (die, lose) = (DieAtAppend, LoseNextAnswer);
        (DieAtAppend, LoseNextAnswer) = (0, false);
        if (die == 1)
        {
            manager.Crash();
            return null;
        }
        var result = Now(_log.AppendAsync(epoch, expected, events));
        executed(result);
        if (die == 2)
            manager.Crash();
        return lose ? null : result;
    }

    private void Call<T>(Func<T?> execute, Action<T?> answered, long fsync = 0) where T : class
    {
        world.After(world.Rng.Millis(0, 2) + fsync, () =>
        {
            if (world.Now < CutUntil)
            {
                // The request or its answer is gone: the caller's patience ends it.
                manager.Post(500_000_000, () => answered(null));
                return;
            }
            var result = execute();
            if (manager.Alive)
                manager.Post(world.Rng.Millis(0, 2), () => answered(world.Now < CutUntil ? null : result));
        });
    }

    private static T Now<T>(ValueTask<T> task) => task.IsCompletedSuccessfully
        ? task.Result : throw new SimulationException("the memory log did not answer at once");
}
