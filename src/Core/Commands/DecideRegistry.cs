using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>Decisions about logins at registries, and about the credentials a service is deployed with.</summary>
internal static class DecideRegistry
{
    private const int MostRegistries = 1000;
    private const int LongestAuth = 64 * 1024;

    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        LogInRegistry c => LogIn(state, c, step),
        LogOutRegistry c => state.Registries.Contains(c.Host)
            ? Decision.Accept(new RegistryLoggedOut(c.Host))
            : Decision.Refuse(RefusalKind.NotFound, $"not logged in to {c.Host}"),
        _ => throw new UnreachableException(),
    };

    /// <summary>A service that is created or updated with a credential of its own keeps it; no header changes nothing.</summary>
    public static Decision Deployed(Decision service, string? auth, ServiceId id, StepContext step)
    {
        if (auth is null || service.Refusal is not null)
            return service;
        return auth.Length > LongestAuth
            ? Decision.Refuse(RefusalKind.Invalid, $"the registry credential is larger than {LongestAuth} bytes")
            : Decision.Accept(service.Reply, [.. service.Events, new ServiceRegistryAuthSet(id, auth, step.Now)]);
    }

    private static Decision LogIn(ClusterState state, LogInRegistry c, StepContext step)
    {
        if (c.Host.Length is 0 or > 255 || c.Host.AsSpan().IndexOfAny(" /\t\n\"") >= 0)
            return Decision.Refuse(RefusalKind.Invalid,
                $"\"{c.Host}\" is no registry: expected HOST or HOST:PORT as images name it, such as registry.example:5000");
        if (c.Auth.Length > LongestAuth)
            return Decision.Refuse(RefusalKind.Invalid, $"the credential is larger than {LongestAuth} bytes");
        if (state.Registries.Count >= MostRegistries && !state.Registries.Contains(c.Host))
            return Decision.Refuse(RefusalKind.Invalid, $"there are {MostRegistries} logins already, the most that are kept");
        return Decision.Accept(new RegistryLoggedIn(c.Host, c.Username, c.Auth, step.Now));
    }
}
