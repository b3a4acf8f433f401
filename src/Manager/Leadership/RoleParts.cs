using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Leading;
using Orch.Core.Model;
using Orch.Manager.Hosting;
using Orch.Manager.Images;
using Orch.Manager.Store;

namespace Orch.Manager.Leadership;

/// <summary>What a manager has whatever its role.</summary>
internal sealed record RoleParts
{
    public required ManagerOptions Options { get; init; }
    public required MachineConfig Machine { get; init; }
    public required NodeCredentials Credentials { get; init; }
    public required IEventLog Log { get; init; }

    /// <summary>No other process can lead: nobody need be shown that this one lives, and nobody takes over.</summary>
    public required bool Alone { get; init; }
    public required StoreGauge Gauge { get; init; }
    public required IRecordCipher Cipher { get; init; }
    public required RequestSwitch Requests { get; init; }

    /// <summary>Services of the listeners' host.</summary>
    public required IServiceProvider Host { get; init; }
    public required Forwarder Forwarder { get; init; }
    public required LocalEngine Engine { get; init; }
    public required ILoggerFactory Loggers { get; init; }
    public required TimeProvider Clock { get; init; }
    public required MonotonicTime Time { get; init; }
    public required Timestamp StartedAt { get; init; }
    public LeadTimes Times { get; init; } = LeadTimes.Standard;

    /// <summary>HOST:PORT where others reach this manager.</summary>
    public required string Address { get; init; }

    public NodeId Self => Machine.NodeId;

    public LeaderInfo Me => new($"{Self}", Address);
}

/// <summary>Time since this process began to count, by the monotonic clock.</summary>
internal sealed class MonotonicTime(TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();

    public TimeSpan Now => clock.GetElapsedTime(_start);

    /// <summary>Until this time; at once when it has passed.</summary>
    public Task UntilAsync(TimeSpan when, CancellationToken stopping)
    {
        var left = when - Now;
        return left <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(left, clock, stopping);
    }
}

/// <summary>A leadership that was won by a campaign which began at that time.</summary>
internal readonly record struct Won(Epoch Epoch, TimeSpan Began);
