using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;

namespace Orch.Manager.Security;

/// <summary>
/// Hands a machine that became a manager what it needs to be one. It has proved by its certificate to be one: who holds a token
/// alone, or a worker's certificate, gets nothing here.
/// </summary>
internal sealed class BundleDesk(MachinePaths paths)
{
    public static AccessRule Rule { get; } = new("GET", JoinRoutes.ManagerBundle, Callers.Manager);

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet(JoinRoutes.ManagerBundle, http =>
    {
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(Bundle(), JoinJson.Default.ManagerBundle, cancellationToken: http.RequestAborted);
    });

    /// <summary>As the files say it now: keys may have been rotated since this manager began.</summary>
    private ManagerBundle Bundle() => new()
    {
        Keys = File.ReadAllText(paths.KeyFile),
        Store = (StoreFile.Load(paths.StoreFile) ?? StoreAddress.Sqlite).Text,
        Consul = StoreInvitation.Of(paths, Managers())?.Consul,
    };

    /// <summary>Without their ports; a new Consul server asks them to be let in.</summary>
    private IEnumerable<string> Managers() => MachineConfig.Load(paths.NodeFile) is { } machine
        ? machine.Managers.Select(address => address[..address.LastIndexOf(':')].Trim('[', ']')).Prepend(machine.AdvertiseAddr) : [];
}
