using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orch.Tests.Stacks;

/// <summary>
/// As much of a Swarm manager as `docker stack deploy` asks for, on a socket: it has nothing, says yes to everything, and
/// keeps what it was asked to create.
/// </summary>
internal sealed class RecordingDaemon : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Kind, JsonElement Body)> _created = [];
    private readonly Task _accepting;

    public RecordingDaemon(string folder)
    {
        Address = Path.Combine(folder, "api.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    /// <summary>Kind is services, networks, secrets or configs.</summary>
    public IReadOnlyList<(string Kind, JsonElement Body)> Created
    {
        get
        {
            lock (_created)
                return [.. _created];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await LineAsync(stream) is { Length: > 0 } request)
            {
                var length = 0;
                while (await LineAsync(stream) is { Length: > 0 } header)
                    if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                        length = int.Parse(header[15..], System.Globalization.CultureInfo.InvariantCulture);
                var body = new byte[length];
                await stream.ReadExactlyAsync(body, _stop.Token);
                var words = request.Split(' ');
                await AnswerAsync(stream, words[0], Plain(words[1]), Query(words[1]), body);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has what it wanted.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string method, string path, string query, byte[] body)
    {
        var (status, text) = Answer(method, path, query, body);
        var content = Encoding.UTF8.GetBytes(text);
        var head = $"HTTP/1.1 {status} X\r\nApi-Version: 1.51\r\nOstype: linux\r\nContent-Type: application/json\r\nContent-Length: {content.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _stop.Token);
        if (method != "HEAD")
            await stream.WriteAsync(content, _stop.Token);
    }

    private (int Status, string Text) Answer(string method, string path, string query, byte[] body)
    {
        if (method == "POST" && path.EndsWith("/create", StringComparison.Ordinal))
        {
            using var document = JsonDocument.Parse(body);
            lock (_created)
                _created.Add((path.Split('/')[1], document.RootElement.Clone()));
            return (201, """{"ID":"0000000000000000000000001","Id":"0000000000000000000000001"}""");
        }
        return path switch
        {
            "/_ping" => (200, ""),
            "/info" => (200, """{"Swarm":{"ControlAvailable":true,"LocalNodeState":"active"}}"""),
            "/secrets" or "/configs" => (200, Named(query)),
            "/networks" or "/services" => (200, "[]"),
            _ when path.StartsWith("/networks/", StringComparison.Ordinal) =>
                (200, $$"""{"Name":"{{path[10..]}}","Id":"0000000000000000000000002","Scope":"swarm"}"""),
            _ => (404, """{"message":"not found"}"""),
        };
    }

    /// <summary>Whatever is asked for by name is there.</summary>
    private static string Named(string query)
    {
        using var filters = JsonDocument.Parse(Uri.UnescapeDataString(query["filters=".Length..]));
        return "[" + string.Join(',', filters.RootElement.GetProperty("name").EnumerateObject()
            .Select(name => $$$"""{"ID":"0000000000000000000000003","Spec":{"Name":"{{{name.Name}}}"}}""")) + "]";
    }

    /// <summary>Without the version in front.</summary>
    private static string Plain(string target)
    {
        var path = target.Split('?')[0];
        return path.StartsWith("/v1.", StringComparison.Ordinal) ? path[path.IndexOf('/', 1)..] : path;
    }

    private static string Query(string target) => target.Contains('?') ? target[(target.IndexOf('?') + 1)..] : "";

    private async Task<string?> LineAsync(NetworkStream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n')
                return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }
        return null;
    }
}
