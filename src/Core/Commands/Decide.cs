using System.Diagnostics;
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
        CreateCluster or UpdateCluster or AddAddressPools or SetClusterSecrets => DecideCluster.For(state, command, step),
        JoinNode or SetManagerAddr or UpdateNode or RemoveNode or DescribeNode or SetNodeState => DecideNode.For(state, command, step),
        ReportTasks c => DecideReports.For(state, c, step),
        CreateService or UpdateService or RemoveService => DecideService.For(state, command, step),
        LogInRegistry or LogOutRegistry => DecideRegistry.For(state, command, step),
        CreateFile or UpdateFile or ReplaceFile or RemoveFile => DecideFile.For(state, command, step),
        CreateNetwork or RemoveNetwork => DecideNetwork.For(state, command, step),
        CreateApiToken or RemoveApiToken => DecideApiToken.For(state, command, step),
        LookAgain => Decision.Accept(),
        _ => throw new UnreachableException($"no decision for {command.GetType().Name}"),
    };
}
