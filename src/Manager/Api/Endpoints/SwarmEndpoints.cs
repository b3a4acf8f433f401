using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// /swarm: the cluster's settings and join tokens. Creating, joining and leaving happen on machines by the orch command, as
/// they start and stop daemons there; Docker's requests for them get Docker's answer, or are told what to run instead.
/// </summary>
internal static class SwarmEndpoints
{
    private const long LeastCertificateLife = 3600L * 1_000_000_000;

    internal static readonly Problem NoCluster = new(503,
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm "
        + "and try again.");
    private static readonly Problem Already = new(503,
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.");
    private static readonly Problem LeaveByOrch = new(503,
        "You are attempting to leave the swarm on a node that is managed by orch. Run \"orch leave\" on that machine instead.");

    public static Task InspectAsync(HttpContext http, ApiServices api) => api.View().Cluster is { } cluster
        ? Answer.ObjectAsync(http, SwarmViews.Of(cluster, api.Tls(), api.Tokens()), ApiJson.Default.SwarmView)
        : Answer.RefuseAsync(http, NoCluster);

    public static async Task UpdateAsync(HttpContext http, ApiServices api)
    {
        if (await CarryOutAsync(http, api) is { } problem)
            await Answer.RefuseAsync(http, problem);
        else
            await Answer.Nothing(http);
    }

    private static async Task<Problem?> CarryOutAsync(HttpContext http, ApiServices api)
    {
        var (version, problem) = Query.Version(http.Request, "swarm");
        if (problem is not null)
            return problem;
        var (spec, unreadable) = await RequestBody.ReadAsync(http, ApiJson.Default.ClusterSpecView);
        if (spec is null)
            return unreadable;
        if (api.View().Cluster is not { } cluster)
            return NoCluster;
        if (Query.Flag(http.Request, "rotateManagerUnlockKey"))
            return new(501, "auto-lock is not supported by this version of orch: there is no unlock key to rotate");
        if (spec.CAConfig.NodeCertExpiry is > 0 and < LeastCertificateLife)
            return Problem.Invalid("minimum certificate expiry time is: 1h0m0s");
        if (SwarmChanges.Unsupported(cluster, spec) is { } change)
            return new(501, $"{change} is not supported by this version of orch");
        var limit = spec.Orchestration.TaskHistoryRetentionLimit ?? cluster.Settings.TaskHistoryLimit;
        if (limit > int.MaxValue)
            return Problem.Invalid($"the task history limit {limit} is more than {int.MaxValue}");

        var settings = cluster.Settings with { TaskHistoryLimit = (int)Math.Max(limit, -1) };
        var decision = await api.Execute(new UpdateCluster(version, settings), http.RequestAborted);
        var rotation = new TokenRotation(
            Query.Flag(http.Request, "rotateWorkerToken"), Query.Flag(http.Request, "rotateManagerToken"));
        var refusal = decision.Refusal;
        if (refusal is null && (rotation.Worker || rotation.Manager))
            refusal = await api.RotateTokens(rotation, http.RequestAborted);
        return refusal is null ? null : Problem.From(refusal);
    }

    public static Task AlreadyPart(HttpContext http, ApiServices api) => Answer.RefuseAsync(http, Already);

    public static Task LeaveElsewhere(HttpContext http, ApiServices api) => Answer.RefuseAsync(http, LeaveByOrch);

    /// <summary>An empty key is how Docker says that auto-lock is off.</summary>
    public static Task UnlockKeyAsync(HttpContext http, ApiServices api) =>
        Answer.ObjectAsync(http, new UnlockKeyView(""), ManagerJson.Default.UnlockKeyView);

    public static Task NotLocked(HttpContext http, ApiServices api) =>
        Answer.RefuseAsync(http, new Problem(409, "swarm is not locked"));
}

internal sealed record UnlockKeyView(string UnlockKey);
