using System.Text.Json;

namespace Orch.Manager.Store.Consul;

/// <summary>A server of Consul's group. Address is HOST:PORT of its calls; a server that is no voter yet is still catching up.</summary>
public sealed record ConsulServerView(string Name, string Address, bool IsLeader, bool IsVoter);

/// <summary>The group of Consul servers beside the managers, as one of them sees it.</summary>
public sealed class ConsulServers(ConsulLogOptions options) : IDisposable
{
    private readonly ConsulCalls _calls = new(options);

    /// <exception cref="LogException">Consul does not answer, or has no leader.</exception>
    public async Task<IReadOnlyList<ConsulServerView>> ListAsync(CancellationToken cancellation)
    {
        var answer = await _calls.GetAsync("/v1/operator/raft/configuration", options.CallWithin, cancellation);
        using var document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.GetProperty("Servers").EnumerateArray().Select(server => new ConsulServerView(
            server.GetProperty("Node").GetString()!, server.GetProperty("Address").GetString()!,
            server.GetProperty("Leader").GetBoolean(), server.GetProperty("Voter").GetBoolean()))];
    }

    /// <summary>
    /// Takes the server of a manager that is gone out of the group, so that it is not counted any more; false when there is none at that
    /// address. Of a group of which most servers do not answer nothing can be taken.
    /// </summary>
    public async Task<bool> RemoveAsync(string advertise, CancellationToken cancellation)
    {
        var host = advertise.Contains(':', StringComparison.Ordinal) ? $"[{advertise}]" : advertise;
        var servers = await ListAsync(cancellation);
        if (servers.FirstOrDefault(server => server.Address.StartsWith(host + ":", StringComparison.Ordinal)) is not { } gone)
            return false;
        await _calls.DeleteAsync($"/v1/operator/raft/peer?address={Uri.EscapeDataString(gone.Address)}", cancellation);
        await _calls.PutAsync($"/v1/agent/force-leave/{Uri.EscapeDataString(gone.Name)}?prune", default, options.CallWithin, cancellation);
        return true;
    }

    public void Dispose() => _calls.Dispose();
}
