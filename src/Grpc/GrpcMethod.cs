using Google.Protobuf;

namespace Orch.Grpc;

/// <summary>
/// One method of a service: its name on the wire and its two message types. Server and client share the same instance,
/// so that they cannot disagree. Whether a method streams is decided by how it is mapped and called, as on the wire.
/// </summary>
public sealed record GrpcMethod<TRequest, TResponse>(
    string Service,
    string Name,
    GrpcMarshaller<TRequest> Request,
    GrpcMarshaller<TResponse> Response)
{
    /// <summary>The HTTP path of the method, for example <c>/orch.agent.v1.Agent/Session</c>.</summary>
    public string Path { get; } = $"/{Service}/{Name}";
}

public static class GrpcMethod
{
    public static GrpcMethod<TRequest, TResponse> Create<TRequest, TResponse>(
        string service, string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> =>
        new(service, name, GrpcMarshaller.Protobuf(request), GrpcMarshaller.Protobuf(response));
}
