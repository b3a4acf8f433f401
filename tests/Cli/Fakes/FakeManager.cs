using System.Net.Sockets;
using System.Text;

namespace Orch.Tests.Cli.Fakes;

/// <summary>An answer as a test gives it; with lines it is a chunked stream that ends after them.</summary>
internal sealed record FakeAnswer(int Status, string Body, IEnumerable<string>? Lines = null);

internal sealed record FakeRequest(string Method, string Path, string Body)
{
    public string? RegistryAuth { get; init; }
}

/// <summary>A manager made of one function, on a real unix socket, so that the client's own HTTP is tested with it.</summary>
internal sealed class FakeManager : IDisposable
{
    private readonly Func<FakeRequest, FakeAnswer> _answer;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _directory = Directory.CreateTempSubdirectory("orch-cli").FullName;
    private readonly Thread _thread;

    public FakeManager(Func<FakeRequest, FakeAnswer> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(16);
        _thread = new Thread(Accept) { IsBackground = true };
        _thread.Start();
    }

    public string SocketPath => Path.Combine(_directory, "orch.sock");
    /// <summary>What a registry says of an image; asked about by nearly every create, so not among the requests.</summary>
    public Func<string, FakeAnswer> Registry { get; init; } =
        _ => new(200, """{"Descriptor":{"digest":"sha256:d1"},"Platforms":[]}""");
    public List<FakeRequest> AskedOfRegistries { get; } = [];
    public List<FakeRequest> Requests { get; } = [];

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the test is over.
        }
    }

    private void Serve(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            while (reader.ReadLine() is { Length: > 0 } first)
            {
                var words = first.Split(' ');
                var length = 0;
                string? auth = null;
                while (reader.ReadLine() is { Length: > 0 } header)
                {
                    if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                        length = int.Parse(header[15..]);
                    if (header.StartsWith("X-Registry-Auth:", StringComparison.OrdinalIgnoreCase))
                        auth = header[16..].Trim();
                }
                var body = new char[length];
                reader.ReadBlock(body);
                var request = new FakeRequest(words[0], words[1], Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body))) { RegistryAuth = auth };
                if (request.Path.StartsWith("/distribution/", StringComparison.Ordinal))
                {
                    lock (AskedOfRegistries)
                        AskedOfRegistries.Add(request);
                    Write(stream, Registry(request.Path));
                    continue;
                }
                lock (Requests)
                    Requests.Add(request);
                Write(stream, _answer(request));
            }
        }
        catch (IOException)
        {
            // The client has gone, as clients do.
        }
    }

    private static void Write(NetworkStream stream, FakeAnswer answer)
    {
        void Send(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
        var head = $"HTTP/1.1 {answer.Status} X\r\nContent-Type: application/json\r\n";
        if (answer.Lines is null)
        {
            Send($"{head}Content-Length: {Encoding.UTF8.GetByteCount(answer.Body)}\r\n\r\n{answer.Body}");
            return;
        }
        Send($"{head}Transfer-Encoding: chunked\r\n\r\n");
        foreach (var line in answer.Lines)
            Send($"{Encoding.UTF8.GetByteCount(line) + 1:x}\r\n{line}\n\r\n");
        Send("0\r\n\r\n");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
        Directory.Delete(_directory, recursive: true);
    }
}
