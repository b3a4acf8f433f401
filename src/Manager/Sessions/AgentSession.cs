using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Grpc.Server;
using Orch.Manager.Writing;

namespace Orch.Manager.Sessions;

/// <summary>
/// One connected agent: hears heartbeats and reports, sends assignments. Reading never waits for the store, so a slow
/// disk of the manager does not make nodes look silent.
/// </summary>
internal sealed class AgentSession(
    NodeId node, GrpcServerStream<AgentMessage, ManagerMessage> stream, ClusterStore store, NetworkRoutes routes,
    Action heard, ILogger logger)
{
    private const int MaxQueuedReports = 256;
    private const int MaxDescriptionBytes = 256 * 1024;
    private readonly Channel<ClusterCommand> _commands = Channel.CreateBounded<ClusterCommand>(MaxQueuedReports);
    private readonly SessionOutbox _outbox = new(node);
    private readonly OpenAsks _asks = new();
    private Farewell? _farewell;
    private ulong _updates;

    public NodeId Node => node;

    public SessionOutbox Outbox => _outbox;

    public bool AskForLogs(string ticket) => _outbox.Logs(ticket);

    /// <summary>Waits for the answer to a question, beside everything else that is said in the session.</summary>
    public Task<AskResult> AskAsync(Ask question, TimeSpan within, TimeProvider clock, CancellationToken cancellation) =>
        _asks.AskAsync(question, _outbox.Ask, within, clock, cancellation);

    /// <summary>Ends the session, telling the agent why.</summary>
    public void End(Farewell farewell)
    {
        _farewell = farewell;
        _outbox.Close();
    }

    /// <summary>Runs until the agent goes away or the session is ended.</summary>
    public async Task RunAsync(Hello hello, Welcome welcome)
    {
        try
        {
            await TalkAsync(hello, welcome);
        }
        finally
        {
            _asks.End();
            _outbox.Close();
        }
    }

    private async Task TalkAsync(Hello hello, Welcome welcome)
    {
        await stream.WriteAsync(new ManagerMessage { Welcome = welcome });
        if (!await AdmitAsync(hello))
        {
            await stream.WriteAsync(new ManagerMessage { Farewell = Farewells.Removed });
            return;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stream.Cancellation);
        var recording = RecordAsync();
        var receiving = ReceiveAsync(stop.Token);
        try
        {
            await SendAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent went away while there was nothing to send.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(Quietly(receiving), Quietly(recording));
        }
    }

    /// <summary>
    /// What the machine is and what it runs enters the state before anything is asked of it. False when the node was
    /// removed after its session was registered: nobody was told of this session then.
    /// </summary>
    private async Task<bool> AdmitAsync(Hello hello)
    {
        var described = await store.ExecuteAsync(Describe(hello.Description));
        if (described.Refusal is { Kind: RefusalKind.NotFound })
            return false;
        await store.ExecuteAsync(new ReportTasks(node, Observed(hello.Tasks), Complete: true));
        await store.ExecuteAsync(new SetNodeState(node, NodeState.Ready, null));
        Acknowledge(hello.Tasks);
        return true;
    }

    /// <summary>Escapes make the stored form up to six times as long, which the log still takes.</summary>
    private DescribeNode Describe(Contracts.Agent.NodeDescription description) =>
        description.CalculateSize() <= MaxDescriptionBytes
            ? new(node, description.ToCore(), description.Address)
            : throw new GrpcException(
                GrpcStatus.ResourceExhausted, "the description of the node is too long (engine labels?)");

    private async Task ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            while (await stream.Requests.MoveNextAsync(cancellation))
                await HandleAsync(stream.Requests.Current, cancellation);
        }
        finally
        {
            _commands.Writer.TryComplete();
            _outbox.Close();
        }
    }

    private async ValueTask HandleAsync(AgentMessage message, CancellationToken cancellation)
    {
        heard();
        switch (message.BodyCase)
        {
            case AgentMessage.BodyOneofCase.Heartbeat:
                _outbox.Heartbeat(message.Heartbeat.Sequence);
                break;
            case AgentMessage.BodyOneofCase.Reports:
                await _commands.Writer.WriteAsync(new ReportTasks(node, Observed(message.Reports.Tasks), false), cancellation);
                break;
            case AgentMessage.BodyOneofCase.Description:
                await _commands.Writer.WriteAsync(Describe(message.Description), cancellation);
                break;
            case AgentMessage.BodyOneofCase.Answer:
                _asks.Hear(message.Answer);
                break;
            case AgentMessage.BodyOneofCase.NetworkApplied:
                _outbox.Applied(message.NetworkApplied.Serial);
                break;
        }
    }

    /// <summary>Brings what was reported into the state, in order, and acknowledges results once they are durable.</summary>
    private async Task RecordAsync()
    {
        try
        {
            await foreach (var command in _commands.Reader.ReadAllAsync())
                await RecordAsync(command);
        }
        finally
        {
            // A report that could not be recorded ends the session: the agent's next hello says it again.
            _outbox.Close();
        }
    }

    private async Task RecordAsync(ClusterCommand command)
    {
        var decision = await store.ExecuteAsync(command);
        if (decision.Refusal is { } refusal)
            logger.LogWarning("node {Node}: {Command} refused: {Reason}", node, command.GetType().Name, refusal.Message);
        if (command is ReportTasks reports)
            _outbox.Recorded(reports.Tasks.Where(task => task.Status.State.IsTerminal()).Select(task => $"{task.Id}"));
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        var ledger = new AssignmentLedger(node, store.Epoch);
        var networks = new NetworkSender(new NetworkLedger(node, store.Epoch), routes, _outbox);
        try
        {
            await routes.Begun.WaitAsync(cancellation);
            var (view, update) = networks.Complete();
            await TellAsync(update, ledger.Complete(view));
            _outbox.Sent(update.Serial);
            while (await _outbox.WaitAsync(cancellation))
                await SendAsync(_outbox.Take(), ledger, networks);
            if (_farewell is { } farewell)
                await stream.WriteAsync(new ManagerMessage { Farewell = farewell });
        }
        finally
        {
            networks.Stop();
        }
    }

    private async Task SendAsync(SessionOutbox.Waiting waiting, AssignmentLedger ledger, NetworkSender networks)
    {
        var (touched, assigned, recorded, heartbeat, tickets, asks, welcome) = waiting;
        if (welcome is not null)
            await stream.WriteAsync(new ManagerMessage { Welcome = welcome });
        var (view, update) = networks.Delta(touched);

        // Asked after the view was read: what leaves in that view is held since before it could be seen.
        var told = assigned.Where(task => !_outbox.IsHeld(task)).ToList();
        await TellAsync(update, told.Count > 0 ? ledger.Delta(view, told) : null);
        _outbox.Sent(update?.Serial ?? 0);
        if (recorded.Count > 0)
            await stream.WriteAsync(new ManagerMessage { Recorded = new ReportsRecorded { TaskIds = { recorded } } });
        if (heartbeat > 0)
            await stream.WriteAsync(new ManagerMessage { HeartbeatAck = new HeartbeatAck { Sequence = heartbeat } });
        foreach (var ticket in tickets)
            await stream.WriteAsync(new ManagerMessage { OpenLogs = new OpenLogs { Ticket = ticket } });
        foreach (var question in asks)
            await stream.WriteAsync(new ManagerMessage { Ask = question });
    }

    /// <summary>
    /// Both of one view, networks first: a task finds its network there, and one that is to stop has left before it is told.
    /// Other nodes that led to it have said that they do not any more, see <see cref="Departures"/>.
    /// </summary>
    private async Task TellAsync(NetworkUpdate? networks, Assignments? assignments)
    {
        if (networks is not null)
            networks.Serial = ++_updates;
        foreach (var part in networks is null ? [] : NetworkParts.Split(networks))
            await stream.WriteAsync(new ManagerMessage { Network = part });
        if (assignments is not null)
            await AssignAsync(assignments);
    }

    private async Task AssignAsync(Assignments assignments)
    {
        foreach (var part in AssignmentParts.Split(assignments))
            await stream.WriteAsync(new ManagerMessage { Assignments = part });
    }

    private void Acknowledge(IEnumerable<TaskReport> tasks) =>
        _outbox.Recorded(tasks.Where(task => ((TaskState)task.State).IsTerminal()).Select(task => task.TaskId));

    private static List<ObservedTask> Observed(IEnumerable<TaskReport> reports) =>
        [.. reports.Select(report => report.ToObserved()).OfType<ObservedTask>()];

    private async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or GrpcException
            or NotLeaderException or OverloadedException)
        {
            logger.LogDebug(e, "the session of node {Node} ended", node);
        }
    }
}
