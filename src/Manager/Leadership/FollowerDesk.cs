using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orch.Contracts.Security;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Manager.Api;
using Orch.Manager.Security;
using Orch.Manager.Writing;

namespace Orch.Manager.Leadership;

/// <summary>What a standby tells the leader about once a second: how far it has read, and where it answers.</summary>
internal sealed record FollowerReport(ulong Applied, string Address, string? Trouble);

/// <summary>The leader's notes of the managers that stand by. In memory: the next leader hears them itself.</summary>
internal sealed class FollowerDesk(ClusterStore store, MonotonicTime time)
{
    public const string Path = "/orch/v1/managers/report";

    /// <summary>Three reports and some: a manager that is not heard for so long is not reachable.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3.5);
    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, (ManagerSighting Sighting, TimeSpan At)> _seen = [];

    public static AccessRule Rule { get; } = new("POST", Path, Callers.Manager);

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost(Path, TakeAsync);

    /// <summary>Null for a manager that has not reported lately.</summary>
    public ManagerSighting? Seen(NodeId manager)
    {
        lock (_lock)
            return _seen.TryGetValue(manager, out var seen) && time.Now - seen.At < Fresh ? seen.Sighting : null;
    }

    private async Task TakeAsync(HttpContext http)
    {
        var peer = http.Features.Get<ConnectionPeer>();
        var (report, problem) = await RequestBody.ReadAsync(http, ManagerJson.Default.FollowerReport);
        if (peer?.Identity is not { Role: PeerRole.Manager, Node: var node } || report is null)
        {
            await Answer.RefuseAsync(http, problem ?? Problem.Invalid("a report comes from a manager"));
            return;
        }
        lock (_lock)
            _seen[node] = (new ManagerSighting(report.Applied, report.Trouble), time.Now);
        if (store.Current.Nodes.Get(node) is { } known && known.ManagerAddr != report.Address && report.Address.Length is > 0 and < 300)
            await store.ExecuteAsync(new SetManagerAddr(node, report.Address), http.RequestAborted);
        await Answer.Nothing(http);
    }
}
