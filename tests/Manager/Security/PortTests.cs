using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

public sealed class PortTests
{
    private readonly TestCluster _cluster = new();

    [Fact]
    public async Task A_new_server_certificate_serves_new_connections_and_leaves_the_old_ones_alone()
    {
        using var second = _cluster.Node(PeerRole.Manager, 2);
        await using var manager = await TestManager.StartAsync(_cluster);
        using var worker = _cluster.Node(PeerRole.Worker, 9);
        await using var before = await ConnectAsync(manager, worker);
        var first = before.RemoteCertificate!.Subject;
        manager.Certificate.Replace(second);
        await using var after = await ConnectAsync(manager, worker);
        Assert.NotEqual(first, after.RemoteCertificate!.Subject);
        Assert.Equal(second.Subject, after.RemoteCertificate.Subject);
        Assert.StartsWith("HTTP/1.1 200", await GetAsync(before), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await GetAsync(after), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_hold_only_so_many_connections_and_nodes_do_not_count()
    {
        await using var manager = await TestManager.StartAsync(_cluster, connectionsPerAddress: 3);
        using var worker = _cluster.Node(PeerRole.Worker, 9);
        await using var node = await ConnectAsync(manager, worker);
        Assert.StartsWith("HTTP/1.1 200", await GetAsync(node), StringComparison.Ordinal);

        var strangers = new List<SslStream>();
        for (var i = 0; i < 3; i++)
        {
            strangers.Add(await ConnectAsync(manager, null));
            Assert.StartsWith("HTTP/1.1 401", await GetAsync(strangers[i]), StringComparison.Ordinal);
        }

        // Closed at once: how soon the client notices differs, that it cannot even do TLS does not.
        var refused = await Record.ExceptionAsync(() => ConnectAsync(manager, null));
        Assert.True(refused is IOException or SocketException, $"{refused}");
        Assert.StartsWith("HTTP/1.1 200", await GetAsync(node), StringComparison.Ordinal);
        foreach (var stranger in strangers) await stranger.DisposeAsync();
    }

    [Fact]
    public async Task Large_headers_and_bodies_are_refused()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        using var client = manager.Client(null);
        using var large = new HttpRequestMessage(HttpMethod.Get, new Uri("/nodes/x", UriKind.Relative));
        large.Headers.Add("x-large", new string('x', 17 * 1024));
        using var refused = await client.SendAsync(large);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, refused.StatusCode);

        using var fits = await client.PostAsync(
            new Uri("/sink", UriKind.Relative), new ByteArrayContent(new byte[4 * 1024 * 1024]));
        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/sink", UriKind.Relative));
        request.Content = new ByteArrayContent(new byte[5 * 1024 * 1024]);
        request.Headers.ExpectContinue = true;
        using var body = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, body.StatusCode);
    }

    [Fact]
    public void One_ipv6_network_counts_as_one_source()
    {
        var gate = new ConnectionGate(perAddress: 2);
        var first = gate.TryEnter(IPAddress.Parse("2001:db8::1"));
        Assert.NotNull(first);
        Assert.NotNull(gate.TryEnter(IPAddress.Parse("2001:db8::2")));
        Assert.Null(gate.TryEnter(IPAddress.Parse("2001:db8::3")));
        Assert.NotNull(gate.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
        first.Release();
        first.Release();
        Assert.NotNull(gate.TryEnter(IPAddress.Parse("2001:db8::3")));
        Assert.Null(gate.TryEnter(IPAddress.Parse("2001:db8::4")));
    }

    [Fact]
    public void A_flood_from_many_addresses_stays_within_bounds()
    {
        var throttle = new JoinThrottle(TimeProvider.System, perMinute: 1);
        for (var i = 0; i < 25_000; i++) throttle.Failed(new IPAddress(i));
        Assert.True(throttle.Wait(new IPAddress(24_999)) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, throttle.Wait(IPAddress.Loopback));
    }

    private static async Task<SslStream> ConnectAsync(TestManager manager, X509Certificate2? certificate)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, manager.Port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            });
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> GetAsync(SslStream stream)
    {
        await stream.WriteAsync("GET /nodes/x HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray());
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, read);
    }
}
