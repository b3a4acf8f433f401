using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>
/// HTTP clients that ask without a pause, from inside a machine's network, until a number of requests is done. Half of
/// them keep their connections, as proxies do; the others take a new one each time. No request is tried twice.
/// </summary>
public sealed class Traffic(LabMachine from, string address, int port, int clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, int> _answers = new();
    private readonly ConcurrentBag<string> _failures = [];
    private readonly CancellationTokenSource _enough = new();
    private Task _running = Task.CompletedTask;
    private long _done;

    public long Done => Interlocked.Read(ref _done);
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Answers by the host name of the one who gave them.</summary>
    public IReadOnlyDictionary<string, int> ByHost => _answers;

    public Traffic Start()
    {
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(i => Task.Run(() => AskAsync(keep: i % 2 == 0))));
        return this;
    }

    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public Task ReachAsync(long requests) => Until.TrueAsync($"{requests} requests are done", () => Done >= requests, TimeSpan.FromMinutes(10));

    private async Task AskAsync(bool keep)
    {
        HttpConnection? connection = null;
        while (!_enough.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            var isNew = connection is null;
            var step = "connecting";
            using var limit = new CancellationTokenSource(Patience);
            try
            {
                connection ??= await HttpConnection.OpenAsync(from, address, port, limit.Token);
                step = $"{connection.Local} waiting for an answer, connected after {Stopwatch.GetElapsedTime(asked).TotalMilliseconds:0} ms";
                var (body, closes) = await connection.AskAsync(keep, limit.Token);
                _answers.AddOrUpdate(body.Split(' ')[0], 1, (_, count) => count + 1);
                if (keep && !closes)
                    goto Next;
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or LabException)
            {
                _failures.Add($"{(isNew ? "new" : "kept")} connection, request {Done}, {step}, "
                    + $"after {Stopwatch.GetElapsedTime(asked).TotalMilliseconds:0} ms, {DateTime.UtcNow:HH:mm:ss.fff}: {e.Message}");
            }
            connection?.Dispose();
            connection = null;
        Next:
            Interlocked.Increment(ref _done);
        }
        connection?.Dispose();
    }
}

/// <summary>One connection of HTTP/1.1 by hand: the framework's client would quietly ask again over another.</summary>
public sealed class HttpConnection(NetworkStream stream) : IDisposable
{
    private readonly byte[] _buffer = new byte[4096];

    public string Local => $"{stream.Socket.LocalEndPoint}";

    public static async Task<HttpConnection> OpenAsync(LabMachine from, string address, int port, CancellationToken cancel) =>
        new(await from.ConnectAsync(address, port, cancel));

    /// <summary>The body of the answer, and whether the server closes after it.</summary>
    public async Task<(string Body, bool Closes)> AskAsync(bool keep, CancellationToken cancel)
    {
        var request = $"GET / HTTP/1.1\r\nHost: test\r\nConnection: {(keep ? "keep-alive" : "close")}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancel);
        var text = "";
        for (int length; (length = await stream.ReadAsync(_buffer, cancel)) > 0;)
        {
            text += Encoding.ASCII.GetString(_buffer, 0, length);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head > 0 && text.Length >= head + 4 + ContentLength(text[..head]))
                return (text[(head + 4)..].Trim(), text[..head].Contains("Connection: close", StringComparison.Ordinal));
        }
        throw new IOException(text.Length == 0 ? "closed without an answer" : "closed in the middle of an answer");
    }

    private static int ContentLength(string head)
    {
        const string Name = "Content-Length: ";
        var line = head.Split("\r\n").Single(one => one.StartsWith(Name, StringComparison.Ordinal));
        return int.Parse(line[Name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose() => stream.Dispose();
}
