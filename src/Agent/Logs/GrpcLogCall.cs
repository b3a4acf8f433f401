using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Contracts.Security;
using Orch.Grpc;
using Orch.Grpc.Client;

namespace Orch.Agent.Logs;

/// <summary>A logs call over mutual TLS on a connection of its own: its flow control never touches the session's.</summary>
internal sealed class GrpcLogCall(GrpcDuplexCall<AgentLogs, ManagerLogs> call, HttpMessageInvoker invoker) : ILogCall
{
    private static readonly GrpcMethod<AgentLogs, ManagerLogs> Method = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.LogsMethod, AgentLogs.Parser, ManagerLogs.Parser);

    public static async Task<ILogCall> OpenAsync(
        string manager, NodeCredentials credentials, TimeProvider clock, CancellationToken cancellation)
    {
        var invoker = new HttpMessageInvoker(GrpcHandler.Create(ClientTls.ToManager(credentials)));
        try
        {
            var channel = new GrpcChannel(invoker, new Uri($"https://{manager}"), new() { Clock = clock });
            return new GrpcLogCall(await channel.OpenDuplexAsync(Method, null, cancellation), invoker);
        }
        catch
        {
            invoker.Dispose();
            throw;
        }
    }

    public ValueTask SendAsync(AgentLogs message, bool flush, CancellationToken cancellation) =>
        call.WriteAsync(message, flush, cancellation);

    public ValueTask FlushAsync(CancellationToken cancellation) => call.FlushAsync(cancellation);

    public ValueTask CompleteAsync(CancellationToken cancellation) => call.CompleteAsync(cancellation);

    public async ValueTask<ManagerLogs?> ReceiveAsync(CancellationToken cancellation) =>
        await call.Responses.MoveNextAsync(cancellation) ? call.Responses.Current : null;

    public async ValueTask DisposeAsync()
    {
        await call.DisposeAsync();
        invoker.Dispose();
    }
}
