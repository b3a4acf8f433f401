namespace Orch.Manager.Security;

/// <summary>
/// Who may call one route. <paramref name="Route"/> is the pattern exactly as it is mapped, for example
/// <c>/services/{id}</c>; a gRPC method is POST to its path.
/// </summary>
public sealed record AccessRule(string Method, string Route, Callers Allowed);
