using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Orch.Manager.Security;

/// <summary>
/// The one table of who may call what. It is looked up by the endpoint that routing chose, so that the rule and the
/// handler cannot see two different paths. An endpoint without a rule is refused to everybody.
/// </summary>
public sealed class AccessTable
{
    private readonly FrozenDictionary<(string Method, string Route), Callers> _rules;

    /// <exception cref="ArgumentException">Two rules for one route: which one holds would be a matter of luck.</exception>
    public AccessTable(IEnumerable<AccessRule> rules) =>
        _rules = rules.ToDictionary(rule => (rule.Method, Normalize(rule.Route)), rule => rule.Allowed)
            .ToFrozenDictionary();

    public Callers Allowed(string method, Endpoint endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.RawText: { } route }
            ? _rules.GetValueOrDefault((method, Normalize(route)))
            : Callers.None;

    /// <summary>Methods and routes of mapped endpoints that no rule speaks of. A start with any is a mistake.</summary>
    public IReadOnlyList<string> Uncovered(IEnumerable<Endpoint> endpoints) =>
    [
        .. from route in Routes(endpoints)
           where !_rules.ContainsKey(route)
           select $"{route.Method} {route.Route}",
    ];

    /// <summary>Rules for which nothing is mapped: leftovers, or a misspelt route that is now closed.</summary>
    public IReadOnlyList<string> Unused(IEnumerable<Endpoint> endpoints)
    {
        var mapped = Routes(endpoints).ToHashSet();
        return [.. _rules.Keys.Where(rule => !mapped.Contains(rule)).Select(rule => $"{rule.Method} {rule.Route}").Order()];
    }

    private static IEnumerable<(string Method, string Route)> Routes(IEnumerable<Endpoint> endpoints) =>
        from endpoint in endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
        select (method, Normalize(endpoint.RoutePattern.RawText ?? ""));

    private static string Normalize(string route) => "/" + route.Trim('/');
}
