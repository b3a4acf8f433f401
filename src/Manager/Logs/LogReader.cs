using Orch.Contracts.Logs;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Writing;

namespace Orch.Manager.Logs;

/// <summary>
/// One reading of the logs of a selection of tasks, wherever they run: opens what each node has, merges it, and, when
/// following, takes in tasks and nodes as they come.
/// </summary>
public sealed class LogReader : IDisposable
{
    private const int ReadingBytes = 4 * 1024 * 1024;
    private const int LeastBytes = 16 * 1024;
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(2);

    /// <summary>A node whose tasks are followed may be silent for ever; one that is read ends or is found to be down.</summary>
    private static readonly TimeSpan PatienceFollowing = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PatienceReading = TimeSpan.FromSeconds(5);

    private readonly LogSelection _selection;
    private readonly LogQuestion _question;
    private readonly INodeLogs _nodes;
    private readonly TimeProvider _clock;
    private readonly LogMerge<LogItem> _merge;
    private readonly Dictionary<NodeId, NodeLogReader> _readers = [];
    private readonly List<Task> _running = [];

    public LogReader(LogSelection selection, LogQuestion question, INodeLogs nodes, TimeProvider clock)
    {
        (_selection, _question, _nodes, _clock) = (selection, question, nodes, clock);
        _merge = new(clock, item => item.At, item => item.Size);
    }

    /// <summary>What was read, in order. It ends when there is nothing more to read.</summary>
    public LogMerge<LogItem> Records => _merge;

    /// <summary>Reads until done or cancelled; a follower may end only by being cancelled.</summary>
    public async Task RunAsync(
        Func<ClusterState> view, Func<CancellationToken, IAsyncEnumerable<Published>> watch, CancellationToken cancellation)
    {
        try
        {
            if (_question.Follow)
                await FollowAsync(watch, cancellation);
            else
                Look(view(), null, cancellation);
        }
        finally
        {
            foreach (var reader in _readers.Values)
                reader.Finish();
            await Task.WhenAll(_running);
        }
        _merge.Complete();
    }

    private async Task FollowAsync(
        Func<CancellationToken, IAsyncEnumerable<Published>> watch, CancellationToken cancellation)
    {
        await foreach (var (view, changes) in watch(cancellation).WithCancellation(cancellation))
        {
            Look(view, changes, cancellation);
            if (_selection.IsOver(view, changes))
                return;
        }
    }

    private void Look(ClusterState view, Changes? changes, CancellationToken cancellation)
    {
        var tasks = changes is null ? [.. _selection.In(view)] : _selection.In(view, changes).ToList();
        var share = Math.Max(LeastBytes, ReadingBytes / Math.Max(1, view.Nodes.Count));
        foreach (var ofNode in tasks.GroupBy(task => task.NodeId))
        {
            var isNew = !_readers.TryGetValue(ofNode.Key, out var reader);
            reader ??= _readers[ofNode.Key] = new(
                ofNode.Key, view.Nodes.Get(ofNode.Key)?.Description.Hostname ?? $"{ofNode.Key}", _question, _nodes, _clock);
            foreach (var task in ofNode)
                reader.Add(task.Id);
            if (!isNew)
                continue;
            reader.SetAway(Away(view.Nodes.Get(ofNode.Key)));
            _running.Add(reader.RunAsync(_merge.Open(share, Opening, _question.Follow ? PatienceFollowing : PatienceReading), cancellation));
        }
        foreach (var node in changes is null ? _readers.Keys : (IEnumerable<NodeId>)changes.Nodes)
        {
            if (_readers.TryGetValue(node, out var reader))
                reader.SetAway(Away(view.Nodes.Get(node)));
        }
    }

    private static string? Away(Node? node) => node switch
    {
        null => "it was removed from the cluster",
        { State: NodeState.Down } => "it is down",
        _ => null,
    };

    public void Dispose() => _merge.Dispose();
}
