using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Manager.Logs;

namespace Orch.Tests.Manager.Logs;

/// <summary>Nodes whose logs a test writes. A node without a log is not connected.</summary>
internal sealed class FakeNodeLogs : INodeLogs
{
    private readonly ConcurrentDictionary<NodeId, FakeNodeLog> _nodes = new();

    public FakeNodeLog Connect(NodeId node) => _nodes[node] = new FakeNodeLog();

    public void Disconnect(NodeId node) => _nodes.TryRemove(node, out _);

    public Task<(INodeLogStream? Stream, string? Problem)> OpenAsync(NodeId node, CancellationToken cancellation) =>
        Task.FromResult<(INodeLogStream?, string?)>(
            _nodes.TryGetValue(node, out var log) ? (log, null) : (null, "it is not connected"));
}

internal sealed class FakeNodeLog : INodeLogStream
{
    private readonly Channel<LogBatch> _said = Channel.CreateUnbounded<LogBatch>();
    private readonly Channel<LogTask> _asked = Channel.CreateUnbounded<LogTask>();

    public int Taken { get; private set; }

    public async Task<LogTask> AskedAsync() => await _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public FakeNodeLog Say(string task, long at, string text, uint stream = 1, string attributes = "")
    {
        var record = new LogRecord
        {
            TaskId = task,
            AtUnixNanos = at,
            Stream = stream,
            Attributes = attributes,
            Text = ByteString.CopyFromUtf8(text),
        };
        _said.Writer.TryWrite(new LogBatch { Records = { record } });
        return this;
    }

    public FakeNodeLog End(string task, string problem = "")
    {
        _said.Writer.TryWrite(new LogBatch { Ends = { new LogTaskEnd { TaskId = task, Problem = problem } } });
        return this;
    }

    public void Complete() => _said.Writer.TryComplete();

    public void Break() => _said.Writer.TryComplete(new GrpcException(GrpcStatus.Unavailable, "connection reset"));

    public ValueTask AskAsync(LogTask task) => _asked.Writer.WriteAsync(task);

    public ValueTask CompleteAsync() => ValueTask.CompletedTask;

    public async ValueTask<LogBatch?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            var batch = await _said.Reader.ReadAsync(cancellation);
            Taken++;
            return batch;
        }
        catch (ChannelClosedException e)
        {
            return e.InnerException is GrpcException broken ? throw broken : null;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
