using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

/// <summary>A manager's port and control socket with the real guards and a few routes behind them.</summary>
internal sealed class TestManager : IAsyncDisposable
{
    public static readonly GrpcMethod<byte[], byte[]> Session =
        new("orch.test.Sessions", "Session", GrpcMarshaller.Bytes, GrpcMarshaller.Bytes);

    private readonly WebApplication _app;
    private readonly string _socket = Path.Combine(Path.GetTempPath(), $"orch-test-{Guid.NewGuid():n}.sock");

    private TestManager(TestCluster cluster, ServerCertificate certificate, int connectionsPerAddress)
    {
        Certificate = certificate;
        Gate = new ConnectionGate(connectionsPerAddress);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            PortLimits.Apply(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseClusterPort(certificate, cluster.Ca.Trust, Gate));
            kestrel.ListenUnixSocket(_socket, listen => listen.UseLocalSocket());
        });
        _app = builder.Build();
        Table = new AccessTable(
        [
            .. JoinDesk.Rules, BundleDesk.Rule,
            new("GET", "/managers-only", Callers.Manager),
            new("GET", "/operators-only", Callers.Operators),
            new("GET", "/nodes/{id}", Callers.Nodes),
            new("POST", "/sink", Callers.Everybody),
            new("POST", Session.Path, Callers.Worker),
        ]);
        _app.Use((http, next) =>
        {
            if (http.Request.Path == JoinRoutes.Join) JoinRequests++;
            return next(http);
        });
        _app.UseRouting();
        var access = new AccessMiddleware(Table, node => Removed.Contains(node), cluster.Clock);
        _app.Use(access.InvokeAsync);
        new JoinDesk(new JoinDeskParts(
            cluster.Ca, () => cluster.Secrets, () => new NodeId(JoinSecrets.NewSecret()), AdmitAsync,
            new JoinThrottle(cluster.Clock), cluster.Clock)).Map(_app);
        new BundleDesk(ManagerFiles).Map(_app);
        foreach (var route in new[] { "/managers-only", "/operators-only", "/nodes/{id}", "/forgotten" })
            _app.MapGet(route, (RequestDelegate)(http => http.Response.WriteAsync("ok")));
        _app.MapPost("/sink", (RequestDelegate)(http => http.Request.Body.CopyToAsync(Stream.Null)));
        _app.MapGrpc(Session, (request, _) => Task.FromResult(request));
    }

    public AccessTable Table { get; }

    /// <summary>Where this manager has its keys and its store's address.</summary>
    public MachinePaths ManagerFiles { get; } = new(Directory.CreateTempSubdirectory("orch-test-").FullName, "/nowhere");

    public ConnectionGate Gate { get; }

    public ServerCertificate Certificate { get; }

    public HashSet<NodeId> Removed { get; } = [];

    public List<(PeerIdentity Identity, JoinRequest Request)> Joined { get; } = [];

    /// <summary>How often anybody sent a token here, good or bad.</summary>
    public int JoinRequests { get; private set; }

    public string? RefuseJoins { get; set; }

    public Uri Address => new(_app.Urls.Single(url => url.StartsWith("https", StringComparison.Ordinal)));

    public int Port => Address.Port;

    public IReadOnlyList<Endpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public static async Task<TestManager> StartAsync(
        TestCluster cluster, X509Certificate2? certificate = null, int connectionsPerAddress = 100)
    {
        var shown = new ServerCertificate(certificate ?? cluster.Node(PeerRole.Manager, 1));
        var manager = new TestManager(cluster, shown, connectionsPerAddress);
        await manager._app.StartAsync();
        return manager;
    }

    /// <summary>A client that shows this certificate, or none, and trusts any server.</summary>
    public HttpClient Client(X509Certificate2? certificate) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        },
    })
    { BaseAddress = Address };

    public HttpClient LocalClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://orch") };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(_socket);
        Directory.Delete(ManagerFiles.DataRoot, recursive: true);
    }

    private Task<Admission> AdmitAsync(PeerIdentity identity, JoinRequest request, CancellationToken cancellation)
    {
        if (RefuseJoins is { } reason) return Task.FromResult<Admission>(new Admission.Refused(reason));
        Joined.Add((identity, request));
        return Task.FromResult<Admission>(new Admission.Admitted([$"127.0.0.1:{Port}"]));
    }
}
