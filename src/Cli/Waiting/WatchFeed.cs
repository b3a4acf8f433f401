using System.Collections.Concurrent;
using Orch.Cli.Http;
using Orch.Contracts.Api;

namespace Orch.Cli.Waiting;

/// <summary>
/// A watch read by a thread of its own, so that the command can wait for its next event, a deadline and Ctrl-C at once.
/// The feed ends when the stream does; the command then opens another.
/// </summary>
internal sealed class WatchFeed : IDisposable
{
    private const int QueueLength = 1024;
    private readonly BlockingCollection<WatchEvent> _events = new(QueueLength);
    private readonly HttpConnection _connection;
    private readonly CancellationTokenSource _closed = new();
    private readonly Thread _reader;

    private WatchFeed(HttpConnection connection, HttpBody lines)
    {
        _connection = connection;
        _reader = new Thread(() => Read(lines)) { IsBackground = true, Name = "watch" };
        _reader.Start();
    }

    public static WatchFeed Open(OrchClient client, string path)
    {
        var (connection, lines) = client.Open(path);
        return new WatchFeed(connection, lines);
    }

    /// <summary>False when the time is over; <paramref name="ended"/> when no event will come any more.</summary>
    public bool TryNext(TimeSpan patience, CancellationToken cancel, out WatchEvent change, out bool ended)
    {
        var milliseconds = patience == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(patience.TotalMilliseconds, int.MaxValue);
        var taken = _events.TryTake(out var next, milliseconds, cancel);
        change = next ?? new();
        ended = !taken && _events.IsCompleted;
        return taken;
    }

    private void Read(HttpBody lines)
    {
        try
        {
            foreach (var line in lines.ReadLines())
                _events.Add(WatchDecoder.Line(line), _closed.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The stream broke or was closed: either way it has ended, which is what the reader of the queue learns.
        }
        finally
        {
            _events.CompleteAdding();
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _connection.Dispose();
        _reader.Join();
        _events.Dispose();
        _closed.Dispose();
    }
}
