using System.Text;
using System.Threading.Channels;
using Orch.Contracts.Agent;
using Orch.Contracts.Logs;
using Orch.Core.Model;
using Orch.Grpc;

namespace Orch.Manager.Logs;

/// <summary>
/// Reads what one node has for one reading into its source of the merge. A node that cannot be read costs one line and
/// nobody else's time; when following, it is read on from where it broke off once it is back.
/// </summary>
internal sealed class NodeLogReader(NodeId node, string name, LogQuestion question, INodeLogs nodes, TimeProvider clock)
{
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<TaskId, long> _last = [];
    private readonly HashSet<TaskId> _ended = [];
    private readonly Channel<TaskId> _asked = Channel.CreateUnbounded<TaskId>();
    private CancellationTokenSource? _open;
    private string? _away;
    private bool _told;
    private volatile bool _finished;

    /// <summary>A task to be read too; each is read once.</summary>
    public void Add(TaskId task)
    {
        lock (_lock)
        {
            if (_last.TryAdd(task, 0))
                _asked.Writer.TryWrite(task);
        }
    }

    /// <summary>No further tasks: reading ends with those there are.</summary>
    public void Finish()
    {
        _finished = true;
        _asked.Writer.TryComplete();
    }

    /// <summary>Why the cluster thinks that the node cannot be asked; null when it can.</summary>
    public void SetAway(string? why)
    {
        lock (_lock)
        {
            _away = why;
            if (why is not null)
                _open?.Cancel();
        }
    }

    public async Task RunAsync(LogSource<LogItem> source, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var trouble = Away ?? await ReadAsync(source, cancellation);
                if (trouble is null)
                    return;
                if (!_told)
                    await NoteAsync(source, Anyone, $"the logs of node {name} are missing: {trouble}", cancellation);
                _told = true;
                if (!question.Follow || _finished)
                    return;
                await Task.Delay(RetryAfter, clock, cancellation);
            }
        }
        finally
        {
            source.End();
        }
    }

    private string? Away
    {
        get
        {
            lock (_lock)
                return _away;
        }
    }

    private TaskId Anyone
    {
        get
        {
            lock (_lock)
                return _last.Keys.FirstOrDefault(task => !_ended.Contains(task));
        }
    }

    /// <summary>Null when everything was read; otherwise why it broke off.</summary>
    private async Task<string?> ReadAsync(LogSource<LogItem> source, CancellationToken cancellation)
    {
        var (stream, problem) = await nodes.OpenAsync(node, cancellation);
        if (stream is null)
            return problem;
        using var open = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var _ = stream;
        lock (_lock)
            (_open, _told) = (open, false);
        source.Expect();
        var asking = AskAsync(stream, open.Token);
        try
        {
            while (await NextAsync(stream, open.Token) is { } batch)
                await TakeAsync(source, batch, cancellation);
            return question.Follow && !_finished ? "it ended the stream" : null;
        }
        catch (Exception e) when (e is GrpcException or TimeoutException)
        {
            return $"it stopped answering ({e.Message})";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Away ?? "it went away";
        }
        finally
        {
            lock (_lock)
                _open = null;
            await open.CancelAsync();
            await asking;
        }
    }

    /// <summary>Silence is usual while following; otherwise it means that something hangs.</summary>
    private async ValueTask<LogBatch?> NextAsync(INodeLogStream stream, CancellationToken cancellation)
    {
        if (question.Follow)
            return await stream.NextAsync(cancellation);
        using var limit = new CancellationTokenSource(Stalled, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await stream.NextAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {Stalled.TotalSeconds:0} s");
        }
    }

    /// <summary>Asks again for what an earlier stream did not finish, then for each further task as it joins.</summary>
    private async Task AskAsync(INodeLogStream stream, CancellationToken cancellation)
    {
        try
        {
            foreach (var (task, last) in Unfinished())
                await stream.AskAsync(question.For(task, last));
            while (await _asked.Reader.WaitToReadAsync(cancellation))
            {
                while (_asked.Reader.TryRead(out var task))
                    await stream.AskAsync(question.For(task, 0));
            }
            await stream.CompleteAsync();
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            // The reading half finds the same, and says so.
        }
    }

    private List<(TaskId Task, long Last)> Unfinished()
    {
        lock (_lock)
        {
            while (_asked.Reader.TryRead(out _))
            {
                // They are all in the list.
            }
            return [.. _last.Where(pair => !_ended.Contains(pair.Key)).Select(pair => (pair.Key, pair.Value))];
        }
    }

    private async ValueTask TakeAsync(LogSource<LogItem> source, LogBatch batch, CancellationToken cancellation)
    {
        foreach (var record in batch.Records)
        {
            if (!Ids.TryParse<TaskId>(record.TaskId, out var task))
                continue;
            lock (_lock)
                _last[task] = record.AtUnixNanos;
            await source.PushAsync(
                new(task, node, record.Stream, record.AtUnixNanos, record.Attributes, record.Text.Memory), cancellation);
        }
        foreach (var end in batch.Ends)
        {
            if (!Ids.TryParse<TaskId>(end.TaskId, out var task))
                continue;
            lock (_lock)
                _ended.Add(task);
            if (end.Problem.Length > 0)
                await NoteAsync(source, task, $"no logs of this task: {end.Problem}", cancellation);
        }
    }

    private ValueTask NoteAsync(LogSource<LogItem> source, TaskId task, string text, CancellationToken cancellation)
    {
        if (task.IsNone || !question.Stderr)
            return ValueTask.CompletedTask;
        var now = Timestamp.From(clock.GetUtcNow()).UnixNanos;
        return source.PushAsync(new(task, node, 2, now, "", Encoding.UTF8.GetBytes($"orch: {text}\n")), cancellation);
    }
}
