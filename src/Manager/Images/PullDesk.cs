using Microsoft.AspNetCore.Routing;
using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Security;

namespace Orch.Manager.Images;

/// <summary>
/// Gives an agent the credentials for an image at the moment it pulls, so that none lies on its disk and none is old. Only
/// for a service that has a task on the asking node.
/// </summary>
public sealed class PullDesk(Func<ClusterState> view)
{
    private static readonly GrpcMethod<PullCredentialsRequest, PullCredentials> _method = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.PullCredentialsMethod, PullCredentialsRequest.Parser, PullCredentials.Parser);

    public static AccessRule Rule { get; } = new("POST", _method.Path, Callers.Nodes);

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGrpc(_method, AnswerAsync);

    private Task<PullCredentials> AnswerAsync(PullCredentialsRequest request, GrpcServerCall call)
    {
        var node = call.Http.Features.Get<ConnectionPeer>()?.Identity?.Node
            ?? throw new GrpcException(GrpcStatus.Unauthenticated, "a node certificate is needed");
        return Task.FromResult(For(view(), node, request));
    }

    internal static PullCredentials For(ClusterState state, NodeId node, PullCredentialsRequest request)
    {
        if (!Ids.TryParse<ServiceId>(request.ServiceId, out var service))
            throw new GrpcException(GrpcStatus.InvalidArgument, $"'{request.ServiceId}' is no service id");
        var task = state.TasksOn(node).FirstOrDefault(task => task.ServiceId == service
            && task.Spec.Template.ContainerSpec?.Image == request.Image);
        if (task is null)
            throw new GrpcException(GrpcStatus.PermissionDenied, $"node {node} has no task of service {service} with this image");
        return new PullCredentials { Auths = { RegistryAuth.Candidates(state, service, request.Image) } };
    }
}
