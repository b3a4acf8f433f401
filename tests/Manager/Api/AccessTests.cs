using Orch.Manager.Api;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Api;

public sealed class AccessTests
{
    [Fact]
    public void Only_ping_and_health_are_open_to_strangers() =>
        Assert.Equal(["GET /_ping", "GET /healthz", "HEAD /_ping"], ApiRoutes.Rules
            .Where(rule => rule.Allowed.HasFlag(Callers.Anonymous)).Select(rule => $"{rule.Method} {rule.Route}").Order(StringComparer.Ordinal));

    [Fact]
    public void Workers_may_call_nothing_of_the_control_API() =>
        Assert.All(ApiRoutes.Rules.Where(rule => !rule.Allowed.HasFlag(Callers.Anonymous)),
            rule => Assert.False(rule.Allowed.HasFlag(Callers.Worker), rule.Route));

    [Fact]
    public void No_route_has_two_rules() =>
        Assert.Equal(ApiRoutes.Rules.Count, ApiRoutes.Rules.Select(rule => (rule.Method, rule.Route)).Distinct().Count());
}
