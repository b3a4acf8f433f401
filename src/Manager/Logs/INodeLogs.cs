using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Manager.Logs;

/// <summary>Where logs come from: agents in the product, scripts in tests.</summary>
public interface INodeLogs
{
    /// <summary>A stream of a node's logs, or why there is none now. Bounded in time.</summary>
    Task<(INodeLogStream? Stream, string? Problem)> OpenAsync(NodeId node, CancellationToken cancellation);
}

/// <summary>
/// One node's logs for one reading. One task asks, another reads; what is not read stays at the node. A stream that
/// breaks throws <see cref="Grpc.GrpcException"/>.
/// </summary>
public interface INodeLogStream : IAsyncDisposable
{
    ValueTask AskAsync(LogTask task);

    /// <summary>No more tasks will be asked for: the stream ends with the last record of those that were.</summary>
    ValueTask CompleteAsync();

    /// <summary>Null at the end.</summary>
    ValueTask<LogBatch?> NextAsync(CancellationToken cancellation);
}
