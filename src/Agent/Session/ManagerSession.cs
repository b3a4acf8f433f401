using System.Threading.Channels;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;

namespace Orch.Agent.Session;

/// <summary>
/// Keeps one session with some manager: dials, sends what the core says, hands over what it hears, and dials again. What
/// is said and obeyed is the core's business; whether there is a stream is this one's.
/// </summary>
internal sealed class ManagerSession(
    ISessionTransport transport, ManagerDirectory managers, ChannelWriter<AgentInput> inputs, Backoff backoff,
    AgentLog log, TimeProvider clock)
{
    private long _number;

    /// <summary>What to do when a manager asks for a stream of logs; it must return at once.</summary>
    public Action<string, string, CancellationToken> OpenLogs { get; init; } = (_, _, _) => { };

    /// <summary>What to do with a manager's question, and where its answer goes; it must return at once.</summary>
    public Action<Ask, Action<AgentMessage>, CancellationToken> Asked { get; init; } = (_, _, _) => { };

    private volatile OpenSession? _open;
    private string _lastTrouble = "";

    /// <summary>Lost without harm when the session is over: the next Hello tells everything.</summary>
    public void Send(long session, AgentMessage message)
    {
        if (_open is { } open && open.Number == session)
            open.Post(message);
    }

    public void Drop(long session, string reason)
    {
        if (_open is { } open && open.Number == session)
            open.End(reason);
    }

    /// <summary>Until told to stop, or until the manager says that this node is no longer part of the cluster.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var manager = managers.Current;
            if (manager is not null)
                await TryAsync(manager, stopping);
            await Task.Delay(backoff.Next(), clock, stopping);
        }
    }

    private async Task TryAsync(string manager, CancellationToken stopping)
    {
        var trouble = "";
        try
        {
            await using var stream = await transport.OpenAsync(manager, stopping);
            trouble = await UseAsync(manager, stream, stopping);
        }
        catch (SessionFailure e)
        {
            trouble = e.Message;
        }
        if (trouble != _lastTrouble)
            log.Warn($"manager {manager}: {trouble}");
        _lastTrouble = trouble;
        if (managers.Current == manager)
            managers.TryAnother();
    }

    private async Task<string> UseAsync(string manager, ISessionStream stream, CancellationToken stopping)
    {
        using var open = new OpenSession(++_number, stream, clock);
        _open = open;
        await inputs.WriteAsync(new AgentInput.SessionOpened(open.Number), stopping);
        try
        {
            return await open.RunAsync(message => HeardAsync(manager, open, message, stopping), stopping);
        }
        finally
        {
            _open = null;
            await inputs.WriteAsync(new AgentInput.SessionClosed(open.Number), CancellationToken.None);
        }
    }

    private async ValueTask HeardAsync(
        string manager, OpenSession open, ManagerMessage message, CancellationToken stopping)
    {
        switch (message.BodyCase)
        {
            case ManagerMessage.BodyOneofCase.HeartbeatAck:
                return;
            case ManagerMessage.BodyOneofCase.OpenLogs:
                OpenLogs(manager, message.OpenLogs.Ticket, stopping);
                return;
            case ManagerMessage.BodyOneofCase.Ask:
                Asked(message.Ask, open.Post, stopping);
                return;
            case ManagerMessage.BodyOneofCase.Welcome:
                log.Info($"manager {manager}: session {open.Number}, epoch {message.Welcome.Epoch}");
                _lastTrouble = "";
                backoff.Reset();
                open.Beat(message.Welcome.HeartbeatMs);
                break;
            case ManagerMessage.BodyOneofCase.Farewell when message.Farewell.Managers is [var leader, ..]:
                managers.Prefer(leader);

                // Somebody answered and knows more: managers keep from themselves who comes too often.
                backoff.Reset();
                break;
        }
        await inputs.WriteAsync(new AgentInput.FromManager(open.Number, message), stopping);
    }
}
