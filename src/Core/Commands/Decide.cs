using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// state + command → events, or a refusal with its reason. Runs on the writer's speculative state, so a name or port
/// taken by a command that is still in flight is already taken here.
/// </summary>
public static class Decide
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateCluster c => state.Cluster is null
            ? Decision.Accept(new ClusterCreated(c.Id, step.Now))
            : Decision.Refuse(RefusalKind.AlreadyExists, "this cluster already exists"),
        SetClusterSecrets c => Decision.Accept(new ClusterSecretsSet(c.Sealed, step.Now)),
        UpdateCluster c => UpdateCluster(state, c, step),
        JoinNode or UpdateNode or RemoveNode or DescribeNode or SetNodeState => DecideNode.For(state, command, step),
        ReportTasks c => DecideReports.For(state, c, step),
        CreateService or UpdateService or RemoveService => DecideService.For(state, command, step),
        LogInRegistry or LogOutRegistry => DecideRegistry.For(state, command, step),
        CreateFile or UpdateFile or ReplaceFile or RemoveFile => DecideFile.For(state, command, step),
        CreateNetwork or RemoveNetwork => DecideNetwork.For(state, command, step),
        CreateApiToken or RemoveApiToken => DecideApiToken.For(state, command, step),
        LookAgain => Decision.Accept(),
        _ => throw new UnreachableException($"no decision for {command.GetType().Name}"),
    };

    private static Decision UpdateCluster(ClusterState state, UpdateCluster c, StepContext step)
    {
        if (state.Cluster is not { } cluster)
            return Decision.Refuse(RefusalKind.FailedPrecondition, "there is no cluster yet");
        if (cluster.Version != c.Version)
            return Decision.Refuse(RefusalKind.OutOfSequence, "update out of sequence");
        if (c.Settings.TaskHistoryLimit < 0)
            return Decision.Refuse(RefusalKind.Invalid, "the task history limit cannot be negative");
        return Decision.Accept(new ClusterSettingsSet(c.Settings, step.Now));
    }
}
