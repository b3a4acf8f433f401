using System.Threading.Channels;
using Orch.Agent.Engine;
using Orch.Agent.Session;
using Orch.Core.Model;

namespace Orch.Agent.Networks;

/// <summary>
/// Gives the engine a network for each of the book's, and takes it back when the machine needs it no more. Looks again
/// whenever the book, the engine or a container's end gives reason to.
/// </summary>
internal sealed class EngineNetworks(
    DockerEngine engine, ClusterId cluster, Func<NetworkBook> book, Func<int> mtu, Backoff backoff, AgentLog log, TimeProvider clock) : IDisposable
{
    private readonly Channel<bool> _reasons = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _one = new(1);

    // Engine names that are known to stand as they should; empty when the engine was away.
    private volatile HashSet<string> _standing = [];
    private volatile string _lastProblem = "";
    private bool _leaving;

    /// <summary>Something changed that may need a network, or free one.</summary>
    public void LookAgain() => _reasons.Writer.TryWrite(true);

    /// <summary>A container is gone: perhaps it was what kept a network that is needed no more.</summary>
    public void ContainerGone()
    {
        if (_lastProblem.Length > 0)
            LookAgain();
    }

    /// <summary>What the engine has is not known: it was away, or does not have what it had.</summary>
    public void Doubt()
    {
        _standing = [];
        LookAgain();
    }

    /// <summary>A link went: if a bridge of ours is missing, its network is made again.</summary>
    public void LinkGone()
    {
        if (_standing.Count > 0 && book().Networks.Values
            .Any(network => _standing.Contains(network.EngineName) && !LinkFacts.Exists(network.BridgeName)))
        {
            Doubt();
        }
    }

    /// <summary>Null when the network stands, else why it does not.</summary>
    public async Task<EngineError?> EnsureAsync(NodeNetwork network, CancellationToken stopping)
    {
        if (_standing.Contains(network.EngineName))
            return null;
        var (problems, error) = await SettleAsync(stopping, network.EngineName);
        return error ?? problems.GetValueOrDefault(network.EngineName)
            ?? (_standing.Contains(network.EngineName) ? null
                : new(EngineFault.Unreachable, $"network {network.Name} is not needed here any more"));
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await _reasons.Reader.WaitToReadAsync(stopping))
        {
            _reasons.Reader.TryRead(out _);
            var (problems, error) = await SettleAsync(stopping);
            var problem = error?.Message ?? problems.Values.FirstOrDefault()?.Message ?? "";
            if (problem != _lastProblem && problem.Length > 0 && error is null)
                log.Warn(problem);
            _lastProblem = problem;
            if (problem.Length == 0)
            {
                backoff.Reset();
                continue;
            }
            using var patience = new CancellationTokenSource(backoff.Next(), clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
            try
            {
                await _reasons.Reader.WaitToReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                LookAgain();
            }
        }
    }

    /// <summary>Removes every network of ours, and makes none any more: the machine leaves the cluster.</summary>
    public async Task ClearAsync(CancellationToken stopping)
    {
        await _one.WaitAsync(stopping);
        try
        {
            _leaving = true;
            var listed = await engine.ListNetworksAsync(Label, stopping);
            if (listed.Error is { } silent)
                log.Warn($"the engine's networks of the cluster stay: {silent.Message}");
            foreach (var problem in (await SettleAsync(listed.Value ?? [], stopping)).Values)
                log.Warn(problem.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private string Label => $"{ContainerLabels.Cluster}={cluster}";

    /// <summary>Makes the engine's networks those of the book, unless the one that is asked for stands by now.</summary>
    private async Task<(Dictionary<string, EngineError> Problems, EngineError? Error)> SettleAsync(
        CancellationToken stopping, string? asked = null)
    {
        await _one.WaitAsync(stopping);
        try
        {
            if (asked is not null && _standing.Contains(asked))
                return ([], null);
            var listed = await engine.ListNetworksAsync(Label, stopping);
            if (listed.Error is { } error)
                return ([], error);
            return (await SettleAsync(listed.Value!, stopping), null);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<Dictionary<string, EngineError>> SettleAsync(
        IReadOnlyList<EngineNetworkState> found, CancellationToken stopping)
    {
        var problems = new Dictionary<string, EngineError>();
        var standing = new HashSet<string>();
        var wanted = (_leaving ? [] : book().Networks.Values).ToDictionary(network => network.EngineName);
        foreach (var network in found)
        {
            if (wanted.TryGetValue(network.Name, out var asked) && network.Is(asked))
            {
                if (LinkFacts.Exists(asked.BridgeName) || await PlugAgainAsync(network, asked, stopping) is not { } broken)
                    standing.Add(network.Name);
                else
                    problems[network.Name] = broken;
            }
            else if ((await engine.RemoveNetworkAsync(network.Id, stopping)).Error is { } inUse)
                problems[network.Name] = inUse with { Message = $"network {network.Name} cannot be removed yet: {inUse.Message}" };
        }
        foreach (var (name, network) in wanted)
        {
            if (standing.Contains(name) || problems.ContainsKey(name))
                continue;
            if ((await engine.CreateNetworkAsync(Request(network), stopping)).Error is { } refused)
                problems[name] = refused with { Message = $"network {network.Name} ({network.Subnets[0]}): {refused.Message}" };
            else
                standing.Add(name);
        }
        _standing = standing;
        return problems;
    }

    /// <summary>
    /// The bridge is gone, and the engine does not know it: the network is made anew and its containers get their
    /// addresses back, while they run.
    /// </summary>
    private async Task<EngineError?> PlugAgainAsync(EngineNetworkState found, NodeNetwork network, CancellationToken stopping)
    {
        log.Warn($"network {network.Name}: its bridge {network.BridgeName} is gone; making it again");
        var plugged = await engine.EndpointsAsync(found.Id, stopping);
        if (plugged.Error is { } error)
            return error;
        foreach (var container in plugged.Value!.Keys)
            _ = await engine.DisconnectAsync(found.Id, container, stopping);
        if ((await engine.RemoveNetworkAsync(found.Id, stopping)).Error is { } stays)
            return stays;
        if ((await engine.CreateNetworkAsync(Request(network), stopping)).Error is { } refused)
            return refused;
        EngineError? last = null;
        foreach (var (container, endpoint) in plugged.Value)
            last = (await engine.ConnectAsync(network.EngineName, container, endpoint, stopping)).Error ?? last;
        return last;
    }

    private EngineNetworkCreate Request(NodeNetwork network) => EngineNetworkCreate.Of(network, cluster, mtu());
}
