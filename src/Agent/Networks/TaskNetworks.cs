using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Core.Model;

namespace Orch.Agent.Networks;

/// <summary>
/// What calls about one task mean for its networks: before its container is made all must stand that it will lean on;
/// before it is stopped it must be out of names and rules.
/// </summary>
internal sealed class TaskNetworks(NetworkDesk desk, EngineNetworks engineNetworks, PortWaiter ports, ResolvFiles resolv, TimeProvider clock)
{
    private static readonly TimeSpan RulesWithin = TimeSpan.FromSeconds(10);

    /// <summary>Why this kernel can carry no network; null when it can.</summary>
    public required Func<string?> Missing { get; init; }

    /// <summary>Waits until links and rules of these networks, by id, are made, bridges included; else why not.</summary>
    public required Func<IReadOnlyCollection<string>, CancellationToken, Task<string?>> Stands { get; init; }

    /// <summary>Why a port that the service (by id) publishes on every node cannot be had here; null when it is.</summary>
    public required Func<string, string?> PortProblem { get; init; }

    public async Task<EngineError?> PrepareAsync(TaskId task, TaskNetworking wanted, CancellationToken stopping)
    {
        if (Missing() is { } missing)
            return new(EngineFault.Refused, $"this machine has no {missing}");
        foreach (var address in wanted.Addresses)
        {
            if (!desk.Book.Networks.TryGetValue(address.NetworkId, out var network))
                return new(EngineFault.Unreachable, $"the manager has not told of network {address.NetworkId} yet");
            if (await engineNetworks.EnsureAsync(network, stopping) is { } problem)
                return problem;
        }
        if (await StandsAsync([.. wanted.Addresses.Select(address => address.NetworkId)], stopping) is { } unruly)
            return unruly;
        if (PortProblem(wanted.ServiceId) is { } taken)
            return new(EngineFault.Refused, taken);
        return Resolve(task, wanted);
    }

    public Task LeaveAsync(TaskId task, CancellationToken stopping) => desk.LeaveAsync(task, stopping);

    /// <summary>Null when the ports accept connections; else why not.</summary>
    public Task<EngineError?> AwaitPortsAsync(PortProbe probe, CancellationToken stopping) => ports.WaitAsync(probe, stopping);

    /// <summary>The engine has no such network, although it had.</summary>
    public void NetworkVanished() => engineNetworks.Doubt();

    /// <summary>A container is gone: perhaps it was the last on a network.</summary>
    public void ContainerGone() => engineNetworks.ContainerGone();

    private async Task<EngineError?> StandsAsync(List<string> networks, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(RulesWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            return await Stands(networks, either.Token) is { } problem ? new(EngineFault.Unreachable, problem) : null;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new(EngineFault.Unreachable, $"links and rules of its networks did not stand within {RulesWithin.TotalSeconds:0} s");
        }
    }

    private EngineError? Resolve(TaskId task, TaskNetworking wanted)
    {
        if (!desk.Book.Networks.TryGetValue(wanted.Addresses[0].NetworkId, out var primary))
            return new(EngineFault.Unreachable, "its network was taken back meanwhile");
        try
        {
            resolv.Write(task, primary.BridgeAddress, wanted.Dns);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(EngineFault.Refused, $"its resolv.conf cannot be written: {e.Message}");
        }
    }
}
