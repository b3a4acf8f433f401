using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Security;

namespace Orch.Manager.Logs;

/// <summary>
/// Gets streams of logs from agents. An agent is asked through its session, with a ticket nobody can guess, and dials;
/// the stream that shows the ticket, with the certificate of that node, is the one that was asked for.
/// </summary>
public sealed class LogDesk(Func<NodeId, string, bool> ask, TimeProvider clock) : INodeLogs
{
    /// <summary>Time for a message to the agent and a TLS handshake back.</summary>
    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(3);

    private static readonly GrpcMethod<AgentLogs, ManagerLogs> _method = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.LogsMethod, AgentLogs.Parser, ManagerLogs.Parser);

    private sealed record Pending(NodeId Node, TaskCompletionSource<INodeLogStream> Opened);

    private readonly ConcurrentDictionary<string, Pending> _pending = new();

    public static AccessRule Rule { get; } = new("POST", _method.Path, Callers.Nodes);

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGrpc(_method, ServeAsync, new GrpcServerOptions { Clock = clock });

    public async Task<(INodeLogStream? Stream, string? Problem)> OpenAsync(NodeId node, CancellationToken cancellation)
    {
        var ticket = RandomNumberGenerator.GetHexString(32);
        var pending = new Pending(node, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _pending[ticket] = pending;
        try
        {
            if (!ask(node, ticket))
                return (null, "it is not connected");
            return (await pending.Opened.Task.WaitAsync(OpenWithin, clock, cancellation), null);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It may have come in this very moment: nobody else would close it then.
            if (!pending.Opened.TrySetCanceled(CancellationToken.None))
                await (await pending.Opened.Task).DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            return (null, $"it did not answer within {OpenWithin.TotalSeconds:0} s");
        }
        finally
        {
            _pending.TryRemove(ticket, out _);
        }
    }

    private async Task ServeAsync(GrpcServerStream<AgentLogs, ManagerLogs> stream)
    {
        var node = stream.Http.Features.Get<ConnectionPeer>()?.Identity?.Node ?? default;
        if (!await stream.Requests.MoveNextAsync(stream.Cancellation)
            || stream.Requests.Current.BodyCase != AgentLogs.BodyOneofCase.Ticket
            || !_pending.TryGetValue(stream.Requests.Current.Ticket, out var pending) || pending.Node != node)
            throw new GrpcException(GrpcStatus.NotFound, "nobody waits for these logs");
        var opened = new NodeLogStream(stream);
        if (!pending.Opened.TrySetResult(opened))
            throw new GrpcException(GrpcStatus.NotFound, "nobody waits for these logs any more");
        await opened.Over;
    }
}

/// <summary>An agent's call as its reader sees it; the call lasts until the reader is done with it.</summary>
internal sealed class NodeLogStream(GrpcServerStream<AgentLogs, ManagerLogs> stream) : INodeLogStream
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Over => _over.Task;

    public ValueTask AskAsync(LogTask task) => stream.WriteAsync(new ManagerLogs { Task = task });

    public ValueTask CompleteAsync() => stream.WriteAsync(new ManagerLogs { Complete = true });

    public async ValueTask<LogBatch?> NextAsync(CancellationToken cancellation)
    {
        while (await stream.Requests.MoveNextAsync(cancellation))
        {
            if (stream.Requests.Current.BodyCase == AgentLogs.BodyOneofCase.Batch)
                return stream.Requests.Current.Batch;
        }
        return null;
    }

    public ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
