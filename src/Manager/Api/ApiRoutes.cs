using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orch.Core.Model;
using Orch.Manager.Api.Endpoints;
using Orch.Manager.Security;

namespace Orch.Manager.Api;

/// <summary>Every route of the control API with who may call it: a route without a rule cannot be written down.</summary>
public static class ApiRoutes
{
    private sealed record Entry(string Method, string Path, Callers Allowed, Func<HttpContext, ApiServices, Task> Handle);

    // Followers forward what they are asked to the leader, so managers may call whatever operators may.
    private const Callers Operators = Callers.Operators | Callers.Manager;

    private static readonly Entry[] Table =
    [
        new("GET", "/_ping", Callers.Everybody, SystemEndpoints.PingAsync),
        new("HEAD", "/_ping", Callers.Everybody, SystemEndpoints.PingAsync),
        new("GET", "/healthz", Callers.Everybody, SystemEndpoints.HealthAsync),
        new("GET", "/version", Operators, SystemEndpoints.VersionAsync),
        new("GET", "/info", Operators, SystemEndpoints.InfoAsync),

        new("GET", "/services", Operators, ServiceEndpoints.ListAsync),
        new("POST", "/services/create", Operators, ServiceEndpoints.CreateAsync),
        new("GET", "/services/{id}", Operators, ServiceEndpoints.InspectAsync),
        new("POST", "/services/{id}/update", Operators, ServiceEndpoints.UpdateAsync),
        new("DELETE", "/services/{id}", Operators, ServiceEndpoints.RemoveAsync),
        new("GET", "/services/{id}/logs", Operators, LogEndpoints.ServiceAsync),

        new("GET", "/tasks", Operators, TaskEndpoints.ListAsync),
        new("GET", "/tasks/{id}", Operators, TaskEndpoints.InspectAsync),
        new("GET", "/tasks/{id}/logs", Operators, LogEndpoints.TaskAsync),

        new("GET", "/nodes", Operators, NodeEndpoints.ListAsync),
        new("GET", "/nodes/{id}", Operators, NodeEndpoints.InspectAsync),
        new("POST", "/nodes/{id}/update", Operators, NodeEndpoints.UpdateAsync),
        new("DELETE", "/nodes/{id}", Operators, NodeEndpoints.RemoveAsync),

        new("GET", "/swarm", Operators, SwarmEndpoints.InspectAsync),
        new("POST", "/swarm/update", Operators, SwarmEndpoints.UpdateAsync),
        new("POST", "/swarm/init", Operators, SwarmEndpoints.AlreadyPart),
        new("POST", "/swarm/join", Operators, SwarmEndpoints.AlreadyPart),
        new("POST", "/swarm/leave", Operators, SwarmEndpoints.LeaveElsewhere),
        new("GET", "/swarm/unlockkey", Operators, SwarmEndpoints.UnlockKeyAsync),
        new("POST", "/swarm/unlock", Operators, SwarmEndpoints.NotLocked),

        new("GET", "/networks", Operators, NetworkEndpoints.ListAsync),
        new("GET", "/networks/{id}", Operators, NetworkEndpoints.InspectAsync),
        new("POST", "/networks/create", Operators, NetworkEndpoints.CreateAsync),
        new("POST", "/networks/prune", Operators, NetworkPruneEndpoint.PruneAsync),
        new("POST", "/networks/{id}/connect", Operators, NetworkEndpoints.ConnectAsync),
        new("POST", "/networks/{id}/disconnect", Operators, NetworkEndpoints.DisconnectAsync),
        new("DELETE", "/networks/{id}", Operators, NetworkEndpoints.RemoveAsync),
        new("GET", "/containers/json", Operators, EngineEndpoints.None),
        new("GET", "/images/json", Operators, EngineEndpoints.None),
        new("GET", "/plugins", Operators, EngineEndpoints.None),
        new("GET", "/volumes", Operators, EngineEndpoints.NoVolumes),
        new("GET", "/distribution/{**name}", Operators, DistributionEndpoints.InspectAsync),
        new("POST", "/auth", Operators, DistributionEndpoints.AuthenticateAsync),
        new("GET", "/orch/v1/registries", Operators, RegistryEndpoints.ListAsync),
        new("POST", "/orch/v1/registries", Operators, RegistryEndpoints.LogInAsync),
        new("DELETE", "/orch/v1/registries/{**host}", Operators, RegistryEndpoints.LogOutAsync),
        .. Files("/secrets", new FileEndpoints(FileKind.Secret)),
        .. Files("/configs", new FileEndpoints(FileKind.Config)),
        new("GET", "/events", Operators, EventEndpoints.StreamAsync),

        new("GET", TokenAccess.TokensPath, Operators, ApiTokenEndpoints.ListAsync),
        new("POST", TokenAccess.TokensPath, Operators, ApiTokenEndpoints.CreateAsync),
        new("DELETE", TokenAccess.TokensPath + "/{id}", Operators, ApiTokenEndpoints.RemoveAsync),
        new("GET", "/orch/v1/logs", Operators, LogEndpoints.AnyAsync),
        new("GET", "/orch/v1/networks/{id}", Operators, NetworkLookEndpoints.DetailAsync),
        new("POST", "/orch/v1/networks/check", Operators, NetworkLookEndpoints.CheckAsync),
        new("GET", "/orch/v1/pools", Operators, PoolEndpoints.ListAsync),
        new("POST", "/orch/v1/pools", Operators, PoolEndpoints.AddAsync),
        new("GET", "/orch/v1/ports", Operators, PortEndpoints.ListAsync),
        new("GET", "/orch/v1/dns", Operators, DnsEndpoints.AskAsync),
        new("GET", "/orch/v1/services/{id}/history", Operators, RevisionEndpoints.ListAsync),
        new("POST", "/orch/v1/services/{id}/rollback", Operators, RevisionEndpoints.RollbackAsync),
        new("GET", "/orch/v1/watch", Operators, WatchEndpoints.StreamAsync),
        new("GET", "/orch/v1/status", Operators, StatusEndpoints.ShowAsync),
    ];

    private static IEnumerable<Entry> Files(string path, FileEndpoints files) =>
    [
        new("GET", path, Operators, files.ListAsync),
        new("POST", $"{path}/create", Operators, files.CreateAsync),
        new("GET", $"{path}/{{id}}", Operators, files.InspectAsync),
        new("POST", $"{path}/{{id}}/update", Operators, files.UpdateAsync),
        new("DELETE", $"{path}/{{id}}", Operators, files.RemoveAsync),
        new("POST", $"/orch/v1{path}/{{id}}/replace", Operators, files.ReplaceAsync),
    ];

    /// <summary>For the access table.</summary>
    public static IReadOnlyList<AccessRule> Rules { get; } =
        [.. Table.Select(route => new AccessRule(
            route.Method, route.Path, TokenAccess.Extend(route.Method, route.Path, route.Allowed)))];

    public static void Map(IEndpointRouteBuilder endpoints, ApiServices services)
    {
        foreach (var route in Table)
            endpoints.MapMethods(route.Path, [route.Method], http => route.Handle(http, services));
    }
}
