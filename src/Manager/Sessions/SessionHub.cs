using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Security;
using Orch.Manager.Writing;

namespace Orch.Manager.Sessions;

/// <summary>
/// Who is connected, who fell silent, and which agent must hear of a change. Changes are routed by node: a commit that
/// touches one task costs one agent, however many are connected, and those whose networks it is on.
/// </summary>
public sealed class SessionHub(ClusterStore store, SessionOptions options, TimeProvider clock, ILogger<SessionHub> logger)
{
    private static readonly GrpcMethod<AgentMessage, ManagerMessage> _method = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.Method, AgentMessage.Parser, ManagerMessage.Parser);

    private readonly ConcurrentDictionary<NodeId, AgentSession> _sessions = new();
    private readonly NodeLiveness _liveness = new(options.DetectionWindow, options.CheckEvery);
    private readonly NetworkRoutes _routes = new();
    private readonly Lock _livenessLock = new();
    private readonly Lock _registerLock = new();
    private readonly long _start = clock.GetTimestamp();

    /// <summary>What agents were told last; owned by the loop that routes.</summary>
    private IReadOnlyList<string> _managers = [];

    /// <summary>Also for removed nodes: one that was away at its removal learns of it here and clears itself.</summary>
    public static AccessRule Rule { get; } = new("POST", _method.Path, Callers.Nodes | Callers.RemovedNode);

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGrpc(
        _method, ServeAsync, new GrpcServerOptions { MaxMessageSize = SessionProtocol.MaxMessageBytes, Clock = clock });

    /// <summary>Routes commits to agents and watches for silence, until stopped or the leadership ends.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] loops = [RouteAsync(either.Token), DetectAsync(either.Token)];
        var first = await Task.WhenAny(loops);

        // Neither goes on without the other: a hub that routes but notices no silence would look well and not be.
        await either.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default);
        await first;
    }

    /// <summary>Asks the node's agent to dial with this ticket; false when it cannot be asked now.</summary>
    public bool AskForLogs(NodeId node, string ticket) =>
        _sessions.TryGetValue(node, out var session) && session.AskForLogs(ticket);

    /// <summary>Asks the node's agent a question. Bounded in time; what keeps it from answering is said in words.</summary>
    public Task<AskResult> AskAsync(NodeId node, Ask question, TimeSpan within, CancellationToken cancellation) =>
        _sessions.TryGetValue(node, out var session)
            ? session.AskAsync(question, within, clock, cancellation) : Task.FromResult(AskResult.No("its agent is not connected"));

    /// <summary>
    /// Tells every agent that this manager stops, or leads no more, and whom to dial instead: none has to find out by itself.
    /// </summary>
    public void EndAll(bool stops)
    {
        var managers = ManagerAddresses.Of(store.Current, options.Self, options.Fallback);
        IReadOnlyList<string> others = managers.Count > 1 ? [.. managers.Skip(1), managers[0]] : managers;
        foreach (var session in _sessions.Values)
            session.End(stops ? Farewells.ShuttingDown(others) : Farewells.NotLeader(others));
    }

    private async Task ServeAsync(GrpcServerStream<AgentMessage, ManagerMessage> stream)
    {
        if (!await stream.Requests.MoveNextAsync(stream.Cancellation)
            || stream.Requests.Current.BodyCase != AgentMessage.BodyOneofCase.Hello)
            throw new GrpcException(GrpcStatus.InvalidArgument, "a session starts with Hello");
        var hello = stream.Requests.Current.Hello;
        var node = NodeOf(stream, hello);
        if (!store.Current.Nodes.Contains(node))
        {
            await stream.WriteAsync(new ManagerMessage { Welcome = WelcomeMessage() });
            await stream.WriteAsync(new ManagerMessage { Farewell = Farewells.Removed });
            return;
        }
        var session = new AgentSession(node, stream, store, _routes, () => Heard(node), logger);
        Heard(node);
        Register(session);
        try
        {
            logger.LogInformation("node {Node} ({Host}) connected", node, hello.Description?.Hostname);
            await session.RunAsync(hello, WelcomeMessage());
        }
        finally
        {
            _sessions.TryRemove(new KeyValuePair<NodeId, AgentSession>(node, session));
            logger.LogInformation("node {Node} disconnected", node);
        }
    }

    /// <summary>The certificate says who it is; what the message says must agree.</summary>
    private static NodeId NodeOf(GrpcServerStream<AgentMessage, ManagerMessage> stream, Hello hello)
    {
        var identity = stream.Http.Features.Get<ConnectionPeer>()?.Identity
            ?? throw new GrpcException(GrpcStatus.Unauthenticated, "a session needs a node certificate");
        if (hello.Protocol != SessionProtocol.Version)
            throw new GrpcException(GrpcStatus.FailedPrecondition,
                $"this manager speaks agent protocol {SessionProtocol.Version}, the agent {hello.Protocol}: upgrade the older one");
        if (hello.NodeId != identity.Node.ToString())
            throw new GrpcException(GrpcStatus.PermissionDenied, $"the certificate is of node {identity.Node}, not {hello.NodeId}");
        if (hello.Description is null)
            throw new GrpcException(GrpcStatus.InvalidArgument, "Hello carries no description of the node");
        return identity.Node;
    }

    /// <summary>Under a lock: of two that arrive together one must learn that it is superseded.</summary>
    private void Register(AgentSession session)
    {
        lock (_registerLock)
        {
            if (_sessions.TryGetValue(session.Node, out var older))
                older.End(Farewells.Superseded);
            _sessions[session.Node] = session;
        }
    }

    private Welcome WelcomeMessage() => new()
    {
        ClusterId = $"{store.Current.Cluster?.Id}",
        Epoch = store.Epoch.ToWire(),
        HeartbeatMs = (uint)options.Heartbeat.TotalMilliseconds,
        Managers = { Managers(store.Current) },
    };

    private IReadOnlyList<string> Managers(ClusterState view) => ManagerAddresses.Of(view, options.Self, options.Fallback);

    /// <summary>Agents know all managers, so that they find the next leader whoever is lost.</summary>
    private void TellManagers(ClusterState view)
    {
        var managers = Managers(view);
        if (_managers.SequenceEqual(managers))
            return;
        _managers = managers;
        foreach (var session in _sessions.Values)
            session.Outbox.Managers(WelcomeMessage());
    }

    private async Task RouteAsync(CancellationToken stopping)
    {
        await foreach (var (view, changes) in store.WatchAsync(stopping))
        {
            if (changes is null)
            {
                ExpectAll(view);
                _managers = Managers(view);
                _routes.Begin(view);
            }
            else
            {
                Hold(view, changes);
                _routes.Publish(view);
                Route(view, changes, _routes.Route(view, changes));
                if (changes.Nodes.Count > 0)
                    TellManagers(view);
            }
        }
    }

    /// <summary>Before anybody sees the view: a machine must not hear of a task that is to stop sooner than others may.</summary>
    private void Hold(ClusterState view, Changes changes)
    {
        foreach (var id in changes.Tasks)
        {
            if (view.Tasks.Get(id) is { } task && Departures.IsLeaving(task) && _sessions.TryGetValue(task.NodeId, out var session))
                session.Outbox.Hold(id);
        }
    }

    private void Route(ClusterState view, Changes changes, Departures departures)
    {
        foreach (var id in changes.Tasks)
        {
            if (!view.Tasks.TryGet(id, out var task) || !_sessions.TryGetValue(task.NodeId, out var session))
                continue;
            session.Outbox.Touch([id]);
            departures.Assign(session.Outbox, id, options.LeaveWithin, clock);
        }
        foreach (var gone in changes.RemovedTasks)
        {
            if (!_sessions.TryGetValue(gone.NodeId, out var session))
                continue;
            session.Outbox.Touch([gone.Id]);
            session.Outbox.Release(gone.Id);
        }
        foreach (var id in changes.Nodes)
        {
            _sessions.TryGetValue(id, out var session);
            if (view.Nodes.Contains(id))
            {
                session?.Outbox.TouchNode();
                continue;
            }
            lock (_livenessLock)
                _liveness.Forget(id);
            session?.End(Farewells.Removed);
        }
    }

    /// <summary>After a take-over every node gets the full window to show itself.</summary>
    private void ExpectAll(ClusterState view)
    {
        foreach (var node in view.Nodes.Values)
        {
            if (node.State != NodeState.Down)
                Heard(node.Id);
        }
    }

    private async Task DetectAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.CheckEvery, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            IReadOnlyList<NodeId> silent;
            lock (_livenessLock)
                silent = _liveness.Check(clock.GetElapsedTime(_start));
            await Task.WhenAll(silent.Select(node => DeclareDownAsync(node, stopping)));
        }
    }

    private async Task DeclareDownAsync(NodeId node, CancellationToken stopping)
    {
        logger.LogWarning("node {Node} was silent for {Window}: it is down", node, options.DetectionWindow);
        try
        {
            await store.ExecuteAsync(new SetNodeState(node, NodeState.Down, "heartbeat failure"), stopping);
        }
        catch (OverloadedException)
        {
            // Told once only: it must be watched again, or it would never be declared down.
            lock (_livenessLock)
                _liveness.Heard(node, clock.GetElapsedTime(_start) - options.DetectionWindow);
        }
    }

    private void Heard(NodeId node)
    {
        bool wasSilent;
        lock (_livenessLock)
        {
            _liveness.Heard(node, clock.GetElapsedTime(_start));
            wasSilent = store.Current.Nodes.Get(node) is { State: NodeState.Down } && _sessions.ContainsKey(node);
        }
        if (wasSilent)
            _ = ReviveAsync(node);
    }

    /// <summary>A frozen machine went on within its session: it never said hello again, yet it is back.</summary>
    private async Task ReviveAsync(NodeId node)
    {
        try
        {
            await store.ExecuteAsync(new SetNodeState(node, NodeState.Ready, null));
        }
        catch (Exception e) when (e is NotLeaderException or OverloadedException)
        {
            logger.LogDebug(e, "node {Node} is back, but this manager cannot record it", node);
        }
    }
}
