using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>API tokens: a name once, a bounded number. Those that have expired stay listed until they are removed.</summary>
internal static class DecideApiToken
{
    private const int MostTokens = 1000;
    private const int LongestName = 64;

    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateApiToken c => Create(state, c, step),
        RemoveApiToken c => state.ApiTokens.Contains(c.Name)
            ? Decision.Accept(new ApiTokenRemoved(c.Name))
            : Decision.Refuse(RefusalKind.NotFound, $"api token {c.Name} not found"),
        _ => throw new UnreachableException(),
    };

    private static Decision Create(ClusterState state, CreateApiToken c, StepContext step)
    {
        if (c.Name.Length is 0 or > LongestName || c.Name.Any(x => !char.IsAsciiLetterOrDigit(x) && x is not ('-' or '_' or '.')))
            return Decision.Refuse(RefusalKind.Invalid,
                $"invalid name '{c.Name}': 1 to {LongestName} letters, digits, '-', '_' or '.' are allowed");
        if (state.ApiTokens.Contains(c.Name))
            return Decision.Refuse(RefusalKind.AlreadyExists, $"api token {c.Name} already exists");
        if (state.ApiTokens.Count >= MostTokens)
            return Decision.Refuse(RefusalKind.Invalid, $"there are {MostTokens} api tokens already, the most that are kept");
        if (!c.ExpiresAt.IsNever && c.ExpiresAt <= step.Now)
            return Decision.Refuse(RefusalKind.Invalid, "the token would have expired already");
        return Decision.Accept(new ApiTokenCreated(new()
        {
            Name = c.Name,
            Key = c.Key,
            Hash = c.Hash,
            Role = c.Role,
            CreatedAt = step.Now,
            ExpiresAt = c.ExpiresAt,
        }));
    }
}
