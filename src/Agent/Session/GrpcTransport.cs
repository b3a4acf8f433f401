using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Contracts.Security;
using Orch.Grpc;
using Orch.Grpc.Client;

namespace Orch.Agent.Session;

/// <summary>Sessions as gRPC streams over mutual TLS, each on a connection of its own.</summary>
internal sealed class GrpcTransport(NodeCredentials credentials, TimeProvider clock) : ISessionTransport
{
    public static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(3);

    /// <summary>A machine that is off does not answer: another manager is asked before the node counts as silent.</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(1.5);
    private static readonly GrpcMethod<AgentMessage, ManagerMessage> Method = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.Method, AgentMessage.Parser, ManagerMessage.Parser);

    public async Task<ISessionStream> OpenAsync(string manager, CancellationToken stopping)
    {
        if (!Uri.TryCreate($"https://{manager}", UriKind.Absolute, out var address))
            throw new SessionFailure($"'{manager}' is no HOST:PORT");
        var handler = GrpcHandler.Create(ClientTls.ToManager(credentials));
        handler.ConnectTimeout = ConnectLimit;
        var invoker = new HttpMessageInvoker(handler);
        var lifetime = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            var channel = new GrpcChannel(
                invoker, address, new() { MaxMessageSize = SessionProtocol.MaxMessageBytes, Clock = clock });
            using var limit = clock.CreateTimer(_ => lifetime.Cancel(), null, OpenLimit, Timeout.InfiniteTimeSpan);
            var call = await channel.OpenDuplexAsync(Method, null, lifetime.Token);
            return new GrpcSessionStream(call, invoker, lifetime);
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            invoker.Dispose();
            lifetime.Dispose();
            stopping.ThrowIfCancellationRequested();
            var reason = e is GrpcException ? e.Message : $"no answer within {OpenLimit.TotalSeconds:0} s";
            throw new SessionFailure(reason, e);
        }
    }
}

internal sealed class GrpcSessionStream(
    GrpcDuplexCall<AgentMessage, ManagerMessage> call, HttpMessageInvoker invoker, CancellationTokenSource lifetime)
    : ISessionStream
{
    public async ValueTask SendAsync(AgentMessage message, CancellationToken stopping)
    {
        try
        {
            await call.WriteAsync(message, flush: true, stopping);
        }
        catch (GrpcException e)
        {
            throw new SessionFailure(e.Message, e);
        }
    }

    public async ValueTask<ManagerMessage?> ReceiveAsync(CancellationToken stopping)
    {
        try
        {
            return await call.Responses.MoveNextAsync(stopping) ? call.Responses.Current : null;
        }
        catch (GrpcException e)
        {
            throw new SessionFailure(e.Message, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await call.DisposeAsync();
        invoker.Dispose();
        lifetime.Dispose();
    }
}
