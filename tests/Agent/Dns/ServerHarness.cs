using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Orch.Agent;
using Orch.Agent.Dns;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

/// <summary>A name server on loopback addresses, which are there without any bridge, and clients on others of them.</summary>
internal sealed class ServerHarness : IAsyncDisposable
{
    public const string Bridge = "127.77.1.1";
    public const string Client = "127.77.1.11";
    public const string Internal = "127.77.2.11";
    public const string InternalBridge = "127.77.2.1";

    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("orch-dns").FullName;
    private readonly DnsServer _server;
    private readonly Task _running;

    public ServerHarness(Func<DnsOptions, DnsOptions>? options = null, params string[] upstream)
    {
        var set = new DnsOptions
        {
            Port = FreePort(Bridge),
            ResolvConf = Path.Combine(_folder, "resolv.conf"),
            UpstreamPort = FreePort("127.77.9.1"),
        };
        Options = options?.Invoke(set) ?? set;
        SetUpstream(upstream);
        _server = new(new AgentLog(TextWriter.Synchronized(Log), TimeProvider.System, journal: false), TimeProvider.System, Options);
        _running = _server.RunAsync(_stop.Token);
    }

    public StringWriter Log { get; } = new();
    public DnsOptions Options { get; }
    public IPEndPoint EndPoint => new(IPAddress.Parse(Bridge), Options.Port);
    public NetworkBook Book { get; private set; } = NetworkBook.Empty;

    public static NetworkUpdate Usual => new()
    {
        Networks = { Network("front", "127.77.1.0/24", Bridge), Network("cut", "127.77.2.0/24", InternalBridge, isInternal: true) },
        Services = { Service("s1", "web", "", ["front 127.77.1.100", "cut -"]), Service("s2", "many", "", ["front -"]) },
        Tasks =
        {
            Task("t1", "s1", 1, true, $"front {Client}"), Task("t2", "s1", 2, true, $"cut {Internal}"),
            Enumerable.Range(20, 100).Select(n => Task($"m{n}", "s2", (ulong)n, true, $"front 127.77.1.{n}")),
        },
    };

    public static int FreePort(string address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Apply(NetworkUpdate update)
    {
        (Book, var changes) = Book.Apply(update);
        _server.Apply(Book, changes);
    }

    public void SetUpstream(params string[] servers) =>
        File.WriteAllLines(Options.ResolvConf, servers.Select(server => $"nameserver {server}"));

    public static Socket Udp(string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        return socket;
    }

    public async Task<Answer> AskAsync(string name, DnsType type = DnsType.A, string from = Client, string at = Bridge, int? edns = null)
    {
        using var socket = Udp(from);
        return await AskAsync(socket, Query.Of(name, type, edns), at);
    }

    /// <summary>Asks once more whenever there is no answer for a second: the socket may just be opening.</summary>
    public async Task<Answer> AskAsync(Socket socket, byte[] query, string at = Bridge)
    {
        var buffer = new byte[DnsWire.MostTcp];
        using var bound = new CancellationTokenSource(_bound);
        while (true)
        {
            await socket.SendToAsync(query, new IPEndPoint(IPAddress.Parse(at), Options.Port), bound.Token);
            using var once = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
            once.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), once.Token);
                return Answer.Read(buffer.AsSpan(0, got.ReceivedBytes));
            }
            catch (OperationCanceledException) when (!bound.IsCancellationRequested)
            {
                // Once more.
            }
        }
    }

    public async Task<NetworkStream> ConnectAsync(string from = Client)
    {
        using var bound = new CancellationTokenSource(_bound);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(Bridge), Options.Port), bound.Token);
        return new(socket, ownsSocket: true);
    }

    public static byte[] Framed(byte[] query) => [(byte)(query.Length >> 8), (byte)query.Length, .. query];

    /// <summary>Null: the server closed the connection.</summary>
    public static async Task<Answer?> ReadAsync(NetworkStream stream)
    {
        using var bound = new CancellationTokenSource(_bound);
        var length = new byte[2];
        if (await stream.ReadAtLeastAsync(length, 2, false, bound.Token) < 2)
            return null;
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, bound.Token);
        return Answer.Read(answer);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(_bound);
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
