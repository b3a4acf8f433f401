namespace Orch.Manager.Security;

/// <summary>
/// Which routes the roles of API tokens may call, on top of what the route's own rule says. Whatever is named nowhere is
/// for admins alone, so a route that is new is closed to the others until somebody decides.
/// </summary>
public static class TokenAccess
{
    public const string TokensPath = "/orch/v1/api-tokens";

    /// <summary>What viewers may read: nothing here shows a join token, a login or the content of a secret.</summary>
    private static readonly string[] _viewed =
    [
        "/version", "/info", "/services", "/tasks", "/nodes", "/networks", "/configs", "/secrets", "/events",
        "/orch/v1/status", "/orch/v1/watch", "/orch/v1/logs", "/orch/v1/services",
        "/orch/v1/networks", "/orch/v1/ports", "/orch/v1/dns",
    ];

    /// <summary>What operators may change, and read besides.</summary>
    private static readonly string[] _operated =
    [
        "/services", "/tasks", "/networks", "/configs", "/secrets", "/distribution",
        "/orch/v1/services", "/orch/v1/configs", "/orch/v1/secrets", "/orch/v1/stacks", "/orch/v1/networks",
    ];

    /// <summary>The rule with the roles added. Only what administrators may call is ever opened to a token.</summary>
    public static Callers Extend(string method, string path, Callers allowed)
    {
        if (!allowed.HasFlag(Callers.Admin))
            return allowed;
        allowed |= Callers.TokenAdmin;
        if (Below(_operated, path) || (method == "GET" && Below(_viewed, path)))
            allowed |= Callers.TokenOperator;
        if (method == "GET" && Below(_viewed, path))
            allowed |= Callers.TokenViewer;
        return allowed;
    }

    private static bool Below(string[] roots, string path) =>
        roots.Any(root => path == root || path.StartsWith(root + "/", StringComparison.Ordinal));
}
