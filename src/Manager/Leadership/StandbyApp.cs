using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Api;
using Orch.Manager.Hosting;
using Orch.Manager.Security;
using Orch.Manager.Sessions;

namespace Orch.Manager.Leadership;

/// <summary>
/// What a standby answers: by itself what concerns this machine and what may be a little old (<c>?stale=true</c>), else what
/// the leader answers. Agents are told who leads.
/// </summary>
internal static class StandbyApp
{
    private static readonly GrpcMethod<AgentMessage, ManagerMessage> _session = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.Method, AgentMessage.Parser, ManagerMessage.Parser);

    /// <summary>What docker clients ask of the machine that they are connected to.</summary>
    private static readonly HashSet<string> _own = ["/_ping", "/healthz", "/version", "/info"];

    /// <summary>What lives in the leader's memory or at the agents that talk to it: no copy answers it.</summary>
    private static readonly HashSet<string> _leadersOnly =
    [
        "/events", "/services/{id}/logs", "/tasks/{id}/logs", "/orch/v1/logs", "/orch/v1/networks/{id}", "/orch/v1/dns",
    ];

    public static RolePipeline Pipeline(RoleParts parts, Replica replica, LeaderSight sight, TokenCalls calls)
    {
        var sent = new SentAgents(parts.Time);
        var access = new AccessMiddleware(
            new AccessTable([.. ApiRoutes.Rules, SessionHub.Rule]),
            id => replica.Ready.IsCompleted && !replica.Current.Nodes.Contains(id), parts.Clock,
            new BearerTokens(() => replica.Current, new JoinThrottle(parts.Clock), calls, parts.Clock));
        return RolePipeline.Build(parts.Host, parts.Clock, Before, endpoints =>
        {
            ApiRoutes.Map(endpoints, ApiComposition.Standby(parts, replica, sight));
            endpoints.MapGrpc(_session, stream => NameLeaderAsync(stream, replica, sight), new GrpcServerOptions { Clock = parts.Clock });
        });

        void Before(IApplicationBuilder app) => ApiPipeline.Use(app, parts.Loggers.CreateLogger<ApiPipeline>(),
            next => http => RouteAsync(http, parts, sight, sent, here =>
            {
                here.Response.Headers["Orch-Revision"] = $"{replica.Current.Revision}";
                return access.InvokeAsync(here, next);
            }));
    }

    private static Task RouteAsync(HttpContext http, RoleParts parts, LeaderSight sight, SentAgents sent, RequestDelegate here)
    {
        if (ForwardedCaller.IsNamed(http))
        {
            // Another manager takes this one for the leader. Passed on again, a request could go in circles.
            http.Response.Headers[Forwarder.NotLeaderHeader] = "true";
            return RoleRefusal.WriteAsync(http, "this manager does not lead");
        }
        return GrpcRefusal.Applies(http) ? AgentAsync(http, parts, sight, sent, here)
            : IsAnsweredHere(http) ? here(http) : parts.Forwarder.ForwardAsync(http, sight);
    }

    /// <summary>An agent that comes between two leaders waits here, and is the new one's at once if that is this manager.</summary>
    private static async Task AgentAsync(
        HttpContext http, RoleParts parts, LeaderSight sight, SentAgents sent, RequestDelegate here)
    {
        var until = parts.Time.Now + RequestSwitch.Patience;
        var agent = http.Features.Get<ConnectionPeer>()?.Identity?.Node ?? default;
        try
        {
            var leader = await sight.LeaderAsync(RequestSwitch.Patience, http.RequestAborted);
            if (leader is not null && sent.IsBack(agent, leader))
            {
                await GoneAsync(leader, parts, http.RequestAborted);
                leader = await sight.LeaderAsync(until - parts.Time.Now, http.RequestAborted);
            }
            if (leader is not null)
                sent.Note(agent, leader);
        }
        catch (OperationCanceledException) when (RoleVisit.IsOver(http))
        {
            AskAgain.Leave(http);
            return;
        }
        if (http.GetEndpoint() is null)
            await RoleRefusal.WriteAsync(http, "this manager does not lead: ask the leader");
        else
            await here(http);
    }

    private static async Task GoneAsync(SeenLeader leader, RoleParts parts, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, leader.Gone);
        await Task.Delay(RequestSwitch.Patience, parts.Clock, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        aborted.ThrowIfCancellationRequested();
    }

    private static bool IsAnsweredHere(HttpContext http)
    {
        if (http.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } route })
            return false;
        return _own.Contains(route)
            || (HttpMethods.IsGet(http.Request.Method) && !_leadersOnly.Contains(route) && http.Request.Query["stale"] == "true");
    }

    /// <summary>The agent dials the leader next; where none is known, the next of the managers that it knows.</summary>
    private static async Task NameLeaderAsync(GrpcServerStream<AgentMessage, ManagerMessage> stream, Replica replica, LeaderSight sight)
    {
        IReadOnlyList<string> managers = sight.Leader is { } leader
            ? [leader.Address, .. ManagerAddresses.Of(replica.Current, leader.Node, []).Where(address => address != leader.Address)]
            : [];
        await stream.WriteAsync(new ManagerMessage { Farewell = Farewells.NotLeader(managers) });
    }
}
