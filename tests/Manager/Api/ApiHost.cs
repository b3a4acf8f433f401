using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Store;
using Orch.Manager.Store.Memory;
using Orch.Manager.Writing;
using Orch.Tests.Manager.Logs;
using Ask = Orch.Contracts.Agent.Ask;

namespace Orch.Tests.Manager.Api;

/// <summary>The control API on a unix socket over a real store with a log in memory: one manager node, no agents.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    public static readonly NodeId Self = new(1001);
    private readonly string _directory = Directory.CreateTempSubdirectory("orch-api-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _app;
    private AesGcmCipher? _cipher;
    private readonly EventHistory _events = new();
    private Task _running = Task.CompletedTask;
    private Task _recording = Task.CompletedTask;
    private long _ids = 1_000_000;

    public string Socket => Path.Combine(_directory, "orch.sock");
    public ClusterStore Store { get; private set; } = null!;
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Commands are refused by this instead of the store, where a test sets it.</summary>
    public Func<Exception>? Fault { get; set; }
    public string? Unhealthy { get; set; }
    internal FakeNodeLogs Logs { get; } = new();

    /// <summary>What the nodes' agents answer.</summary>
    public Func<NodeId, Ask, AskResult> Agents { get; set; } = (_, _) => AskResult.No("its agent is not connected");

    public async Task InitializeAsync()
    {
        _cipher = KeyRing.Create().CreateCipher();
        var log = new MemoryLogServer().Connect(_cipher);
        await log.OpenAsync(default);
        var won = (CampaignResult.Won)await log.CampaignAsync(Epoch.None, new("test", "test"), EpochStep.Term, default);
        Store = new ClusterStore(new ClusterState(), won.Epoch, log, TimeProvider.System,
            () => (UInt128)Interlocked.Increment(ref _ids) << 64, NullLogger.Instance);
        _running = Store.RunAsync(_stop.Token);
        _recording = _events.RunAsync(Store.WatchAsync, TimeProvider.System, _stop.Token);
        await Store.ExecuteAsync(new CreateCluster(new ClusterId(77)));
        await Store.ExecuteAsync(new JoinNode(Self, NodeRole.Manager, "manager-1", "10.0.0.1"));
        await Store.ExecuteAsync(new SetNodeState(Self, NodeState.Ready, null));
        _app = await StartAsync();
        Http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => DialAsync(cancel) })
        {
            BaseAddress = new Uri("http://orch"),
        };
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            PortLimits.Apply(kestrel);
            kestrel.ListenUnixSocket(Socket, listen => listen.UseLocalSocket());
        });
        var app = builder.Build();
        var access = new AccessMiddleware(new AccessTable(ApiRoutes.Rules), _ => false, TimeProvider.System);
        ApiPipeline.Use(app, NullLogger<ApiPipeline>.Instance, next => http => access.InvokeAsync(http, next));
        ApiRoutes.Map(app, Services());
        await app.StartAsync();
        return app;
    }

    private ApiServices Services() => new()
    {
        View = () => Store.Current,
        Execute = (command, cancel) => Fault is { } fault ? throw fault() : Store.ExecuteAsync(command, cancel),
        Watch = Store.WatchAsync,
        Self = Self,
        Leader = () => Self,
        Port = 2378,
        StartedAt = new(1),
        Tokens = () => new JoinTokensView("worker-token", "manager-token"),
        RotateTokens = (_, _) => Task.FromResult<Refusal?>(null),
        Tls = () => new TlsInfoView { TrustRoot = "root+pem" },
        Store = () => new StoreStatusView { Kind = "memory", Epoch = Store.Epoch.ToString() },
        Engine = new Orch.Manager.Images.LocalEngine("unix:///nonexistent/engine.sock", TimeProvider.System),
        Unhealthy = () => Unhealthy,
        Logs = Logs,
        Ask = (node, question, _, _) => Task.FromResult(Agents(node, question)),
        Events = _events,
        Clock = TimeProvider.System,
    };

    public async ValueTask<Stream> DialAsync(CancellationToken cancel = default)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {body}");
        return body!;
    }

    /// <summary>Creates a service of the least spec and gives its id.</summary>
    public async Task<string> CreateAsync(string name, string more = "")
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "/services/create", Spec(name, more));
        Assert.True(status == HttpStatusCode.Created, $"{status} {body}");
        return (string)body!["ID"]!;
    }

    public static string Spec(string name, string more = "") =>
        $"{{\"Name\":\"{name}\",\"TaskTemplate\":{{\"ContainerSpec\":{{\"Image\":\"busybox:latest\"}}}}{more}}}";

    /// <summary>The first view that fulfils a condition.</summary>
    public async Task<ClusterState> UntilAsync(Func<ClusterState, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var published in Store.WatchAsync(patience.Token))
        {
            if (condition(published.View))
                return published.View;
        }
        throw new InvalidOperationException("the store ended");
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _app.StopAsync(patience.Token);
            await _app.DisposeAsync();
        }
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        await _recording.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
        _cipher?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
