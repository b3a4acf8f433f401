using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Folds what is known of registries. Nobody plans or watches by it: it is read when an image is pulled.</summary>
internal static class RegistryFold
{
    public static void Apply(ClusterState state, ClusterEvent e)
    {
        switch (e)
        {
            case RegistryLoggedIn c:
                state.Registries = state.Registries.With(state.Token, c.Host, new(c.Host, c.Username, c.Auth, c.At));
                break;
            case RegistryLoggedOut c:
                state.Registries = state.Registries.Without(state.Token, c.Host);
                break;
            case ServiceRegistryAuthSet c:
                state.RegistryAuths = state.RegistryAuths.With(state.Token, c.Service, c.Auth);
                break;
            default:
                throw new UnreachableException();
        }
    }

    public static void ServiceRemoved(ClusterState state, ServiceId service) =>
        state.RegistryAuths = state.RegistryAuths.Without(state.Token, service);
}

/// <summary>As stored in a snapshot.</summary>
public sealed record StoredRegistryAuth(ServiceId Service, string Auth);
