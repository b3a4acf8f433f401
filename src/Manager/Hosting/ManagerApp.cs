using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Core.Model;
using Orch.Manager.Api;
using Orch.Manager.Images;
using Orch.Manager.Leadership;
using Orch.Manager.Logs;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>What a leader answers, and the one table of who may call what.</summary>
internal static class ManagerApp
{
    public sealed record Parts(
        RoleParts Role, ClusterStore Store, SessionHub Hub, ManagerAdmission Admission, ClusterCa Ca, Lease Lease) : IDisposable
    {
        public ManagerOptions Options => Role.Options;
        public MachineConfig Machine => Role.Machine;
        public ILoggerFactory Loggers => Role.Loggers;
        public TimeProvider Clock => Role.Clock;
        public EventHistory Events { get; } = new();
        public TokenCalls TokenCalls { get; } = new(Role.Clock);
        public FollowerDesk Followers { get; } = new(Store, Role.Time);
        public LogDesk Logs { get; } = new(Hub.AskForLogs, Role.Clock);

        public void Dispose() => TokenCalls.Dispose();
    }

    public static AccessTable Table() => new(
        [.. ApiRoutes.Rules, .. JoinDesk.Rules, SessionHub.Rule, PullDesk.Rule, LogDesk.Rule, FollowerDesk.Rule, BundleDesk.Rule]);

    public static RolePipeline Pipeline(Parts parts)
    {
        var table = Table();
        var access = new AccessMiddleware(table, id => !parts.Store.Current.Nodes.Contains(id), parts.Clock,
            new BearerTokens(() => parts.Store.Current, new JoinThrottle(parts.Clock), parts.TokenCalls, parts.Clock));
        return RolePipeline.Build(parts.Role.Host, parts.Clock, Before, endpoints =>
        {
            Map(endpoints, parts);
            RefuseUncovered(endpoints, table);
        });

        void Before(IApplicationBuilder app)
        {
            app.Use(next => http => parts.Lease.Holds ? next(http) : NotSure(http));
            ApiPipeline.Use(app, parts.Loggers.CreateLogger<ApiPipeline>(), next => http => access.InvokeAsync(http, next));
        }
    }

    /// <summary>Another manager may lead and have written what this one does not know of.</summary>
    private static Task NotSure(HttpContext http) =>
        RoleRefusal.WriteAsync(http, "this manager cannot show that it still leads; try again in a second");

    private static void Map(IEndpointRouteBuilder app, Parts parts)
    {
        ApiRoutes.Map(app, ApiComposition.Services(parts));
        parts.Hub.Map(app);
        new PullDesk(() => parts.Store.Current).Map(app);
        parts.Logs.Map(app);
        parts.Followers.Map(app);
        new BundleDesk(parts.Options.Paths).Map(app);
        new JoinDesk(new JoinDeskParts(
            parts.Ca, () => parts.Admission.Join, () => new NodeId(NewIds.Next()), parts.Admission.AdmitAsync,
            new JoinThrottle(parts.Clock), parts.Clock)).Map(app);
    }

    /// <summary>An endpoint nobody made a rule for would be closed to all; better not to start than to find out later.</summary>
    private static void RefuseUncovered(IEndpointRouteBuilder app, AccessTable table)
    {
        var uncovered = table.Uncovered(app.DataSources.SelectMany(source => source.Endpoints));
        if (uncovered.Count > 0)
            throw new InvalidOperationException($"no access rule for: {string.Join(", ", uncovered)}");
    }
}
