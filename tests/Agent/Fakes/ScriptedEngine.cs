using System.Net.Sockets;
using System.Text;
using Orch.Agent.Engine;

namespace Orch.Tests.Agent.Fakes;

/// <summary>A unix socket that answers each request line with the bytes it was told to, as a real engine would send them.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orch-engine-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Starts, Func<Stream, Task> Answer)> _script = [];
    private readonly Task _serving;

    public ScriptedEngine()
    {
        Address = new(Path.Combine(_directory, "e.sock"));
        _listener.Bind(new UnixDomainSocketEndPoint(Address.SocketPath));
        _listener.Listen();
        Engine = new(Address, TimeProvider.System);
        _serving = ServeAsync();
    }

    public EngineAddress Address { get; }
    public DockerEngine Engine { get; }
    public List<string> Requests { get; } = [];
    public List<string> Bodies { get; } = [];

    public ScriptedEngine On(string starts, int status, string body, string headers = "") =>
        On(starts, stream => WriteAsync(stream,
            $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    public ScriptedEngine On(string starts, Func<Stream, Task> answer)
    {
        _script.Insert(0, (starts, answer));
        return this;
    }

    public static async Task WriteAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await stream.FlushAsync();
    }

    public static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(AnswerAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var stop = _stop.Token.Register(socket.Dispose);
        try
        {
            while (await ReadRequestAsync(stream) is { } line)
            {
                lock (Requests)
                    Requests.Add(line);
                var (_, answer) = _script.First(s => line.StartsWith(s.Starts, StringComparison.Ordinal));
                await answer(stream);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client closed, or the test ended.
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Append((char)one[0]);
        }
        var lines = head.ToString().Split("\r\n");
        if (lines.Any(l => l.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)))
            await ReadBodyAsync(stream);
        return lines[0];
    }

    private async Task ReadBodyAsync(NetworkStream stream)
    {
        var body = new StringBuilder();
        var one = new byte[1];
        while (!body.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            body.Append((char)one[0]);
        }
        lock (Requests)
            Bodies.Add(body.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
