using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Contracts.Logs;
using Orch.Grpc;

namespace Orch.Agent.Logs;

/// <summary>The two directions of one opened logs call; all failures are <see cref="GrpcException"/>.</summary>
internal interface ILogCall : IAsyncDisposable
{
    ValueTask SendAsync(AgentLogs message, bool flush, CancellationToken cancellation);
    ValueTask FlushAsync(CancellationToken cancellation);

    /// <summary>Nothing more will be sent.</summary>
    ValueTask CompleteAsync(CancellationToken cancellation);

    /// <summary>Null: the manager wants nothing more.</summary>
    ValueTask<ManagerLogs?> ReceiveAsync(CancellationToken cancellation);
}

/// <summary>
/// One reading of logs for a manager: hears which tasks are wanted and sends their records in time order. Nothing piles
/// up here: when the manager reads slowly, sending waits, then the merge is full, then the engine is not read.
/// </summary>
internal sealed class LogReading(
    ILogCall call, Func<string, LogAsk, CancellationToken, Task<IAsyncEnumerable<LogPiece>>> open, TimeProvider clock)
    : IDisposable
{
    /// <summary>More than any service has on one node, yet a limit: each costs a connection to the engine.</summary>
    public const int MostTasks = 512;
    private const int MergeBytes = 8 * 1024 * 1024;
    private const int SourceBytes = MergeBytes / MostTasks;
    private const int BatchBytes = 32 * 1024;
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(1);

    /// <summary>A task that is followed may be silent for ever; one that is read ends, so order is worth a wait.</summary>
    private static readonly TimeSpan PatienceFollowing = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PatienceReading = TimeSpan.FromSeconds(4);

    private sealed record Item(long At, LogRecord? Record, LogTaskEnd? End);

    private readonly LogMerge<Item> _merge = new(clock, item => item.At, SizeOf);
    private readonly List<Task> _tasks = [];

    // Keeps back what the first tasks have until all are named: one not heard of yet may have the earlier lines.
    private LogSource<Item>? _moreToCome;

    /// <summary>Until the manager ends the call or everything it asked for was sent.</summary>
    public async Task RunAsync(string ticket, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await call.SendAsync(new() { Ticket = ticket }, flush: true, over.Token);
        var sending = EndWithAsync(over, SendAsync(over.Token));
        try
        {
            await HearAsync(over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await sending;
            await Task.WhenAll(_tasks);
        }
    }

    private async Task HearAsync(CancellationToken cancellation)
    {
        while (await call.ReceiveAsync(cancellation) is { } said)
        {
            if (said.BodyCase == ManagerLogs.BodyOneofCase.Task)
                Start(said.Task, cancellation);
            else if (said.BodyCase == ManagerLogs.BodyOneofCase.Complete)
            {
                _merge.Complete();
                _moreToCome?.End();
            }
        }
    }

    private void Start(LogTask wanted, CancellationToken cancellation)
    {
        if (!wanted.Follow)
            _moreToCome ??= _merge.Open(SourceBytes, Opening, PatienceReading);
        var source = _merge.Open(SourceBytes, Opening, wanted.Follow ? PatienceFollowing : PatienceReading);
        _tasks.RemoveAll(task => task.IsCompleted);
        _tasks.Add(_tasks.Count < MostTasks
            ? ReadTaskAsync(wanted, source, cancellation)
            : EndAsync(source, wanted.TaskId, 0, $"more than {MostTasks} tasks of this node are read at once", cancellation));
    }

    private async Task ReadTaskAsync(LogTask wanted, LogSource<Item> source, CancellationToken cancellation)
    {
        var ask = new LogAsk(wanted.Stdout, wanted.Stderr, wanted.Follow, wanted.SinceUnixNanos, wanted.UntilUnixNanos, wanted.Tail);
        long last = 0;
        var problem = "";
        try
        {
            var pieces = await open(wanted.TaskId, ask, cancellation);
            source.Expect();
            await foreach (var piece in pieces.WithCancellation(cancellation))
            {
                last = Math.Max(last, piece.At);
                await source.PushAsync(new(last, Record(wanted.TaskId, piece, last), null), cancellation);
            }
        }
        catch (LogProblem e)
        {
            problem = e.Message;
        }
        catch (Exception e) when (cancellation.IsCancellationRequested
            && e is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
        {
            return;
        }
        await EndAsync(source, wanted.TaskId, last, problem, cancellation);
    }

    private static async Task EndAsync(
        LogSource<Item> source, string task, long at, string problem, CancellationToken cancellation)
    {
        try
        {
            await source.PushAsync(new(at, null, new() { TaskId = task, Problem = problem }), cancellation);
            source.End();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The reading is over; nobody waits for the end of a task.
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        while (await _merge.WaitAsync(cancellation))
        {
            while (Gather() is { } batch)
                await call.SendAsync(new() { Batch = batch }, flush: false, cancellation);
            await call.FlushAsync(cancellation);
        }
        await call.CompleteAsync(cancellation);
    }

    /// <summary>What can be taken now, up to one message; null when that is nothing.</summary>
    private LogBatch? Gather()
    {
        var batch = new LogBatch();
        for (var bytes = 0; bytes < BatchBytes && _merge.TryTake(out var item); bytes += SizeOf(item))
        {
            if (item.Record is { } record)
                batch.Records.Add(record);
            else
                batch.Ends.Add(item.End);
        }
        return batch.Records.Count + batch.Ends.Count == 0 ? null : batch;
    }

    /// <summary>Sending may fail because the manager ended the call, which is how most readings end.</summary>
    private static async Task EndWithAsync(CancellationTokenSource over, Task sending)
    {
        try
        {
            await sending;
        }
        catch (Exception e) when (e is GrpcException || (e is OperationCanceledException && over.IsCancellationRequested))
        {
            await over.CancelAsync();
        }
    }

    private static LogRecord Record(string task, LogPiece piece, long at) => new()
    {
        TaskId = task,
        Stream = piece.Stream,
        AtUnixNanos = piece.At == 0 ? at : piece.At,
        Attributes = piece.Attributes,
        Text = UnsafeByteOperations.UnsafeWrap(piece.Text),
    };

    public void Dispose() => _merge.Dispose();

    private static int SizeOf(Item item) => 128 + (item.Record is { } r ? r.Text.Length + r.Attributes.Length : 0);
}
