using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Core.Writing;
using Orch.Manager.Sessions;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Tests.Simulation;

/// <summary>
/// A manager process: stands by, campaigns, leads. The writer, planners, replay, liveness and assignment ledger are the
/// product's; the thin shells around them (leadership and session loops) are modelled after the product's.
/// </summary>
internal sealed class Manager : Process
{
    private const long RenewEvery = 250_000_000;
    private const long FenceAfter = 1_000_000_000;
    private const long CampaignAfter = 1_200_000_000;
    private const long CheckEvery = 100_000_000;
    private readonly Cluster _cluster;
    private readonly LeaderInfo _self;
    private readonly List<Session> _sessions = [];
    private ClusterWriter? _writer;
    private WriteBatch? _inFlight;
    private NodeLiveness _liveness = null!;
    private LeaderView? _seen;
    private long _seenAt;
    private long _jitter;
    private long _renewedAt;
    private long _timerAt;
    private bool _campaigning;

    public Manager(World world, Cluster cluster, int number) : base(world)
    {
        (_cluster, Number) = (cluster, number);
        _self = new LeaderInfo($"m{number}", $"m{number}:2378");
        Log = new LogPort(world, this, cluster.Log.Connect());
    }

    public int Number { get; }
    public LogPort Log { get; }
    public long AgentsCutUntil { get; set; }
    public long FrozenFrom { get; private set; }
    public Epoch Epoch { get; private set; }
    public ClusterState? View { get; private set; }
    public bool Leads => Alive && _writer is not null;
    public bool Accepts => Leads && World.Now >= FrozenUntil;

    public void Start()
    {
        Begin();
        FrozenUntil = 0;
        (_seen, _campaigning, _jitter) = (null, false, World.Rng.Millis(0, 200));
        _seenAt = World.Now;
        World.Note("manager starts", (UInt128)Number);
        Post(World.Rng.Millis(0, 100), Poll);
    }

    public void Crash()
    {
        if (!Alive)
            return;
        World.Note("manager crashes", (UInt128)Number);
        StepDown("crash");
        End();
        World.After(World.Rng.Millis(500, 4000), () => { if (!Alive) Start(); });
    }

    public void Freeze(long time) => (FrozenFrom, FrozenUntil) = (World.Now, World.Now + time);

    private void Poll()
    {
        Post(RenewEvery, Poll);
        if (_writer is null)
            Log.ReadLeader(Watched);
    }

    private void Watched(LeaderView? view)
    {
        if (view is null || _writer is not null || _campaigning)
            return;
        if (_seen is null || _seen.Epoch != view.Epoch || _seen.Renewals != view.Renewals)
            (_seen, _seenAt) = (view, World.Now);
        if (view.Leader is not null && World.Now - _seenAt < CampaignAfter + _jitter)
            return;
        _campaigning = true;
        var startedAt = World.Now;
        Log.Campaign(view.Epoch, _self, result =>
        {
            _campaigning = false;
            (_seen, _seenAt) = (null, World.Now);
            if (result is CampaignResult.Won won && World.Now - startedAt < FenceAfter)
                Lead(won.Epoch, startedAt);
        });
    }

    private void Lead(Epoch epoch, long since)
    {
        World.Note("leads", (UInt128)Number, (long)epoch.Term);
        (Epoch, _renewedAt, _timerAt, _inFlight) = (epoch, since, long.MaxValue, null);
        var replay = Replay.RunAsync(Log.Direct);
        var state = replay.IsCompletedSuccessfully
            ? replay.Result : throw new SimulationException($"replay failed: {replay.Exception?.InnerException}");
        _cluster.Checker.TookOver(state);
        View = state.Snapshot();
        _writer = new ClusterWriter(state);
        var window = _cluster.Mutation == Mutation.ShortWindow ? 1.0 : 2.5;
        _liveness = new NodeLiveness(TimeSpan.FromSeconds(window), TimeSpan.FromTicks(CheckEvery / 100));
        foreach (var node in View.Nodes.Values.Where(node => node.State != NodeState.Down))
        {
            _liveness.Heard(node.Id, _cluster.Mutation == Mutation.NoGraceAtTakeOver ? Monotonic - TimeSpan.FromSeconds(9) : Monotonic);
            _cluster.Checker.Heard(node.Id, this);
        }
        Renew();
        Detect();
        _cluster.Prepare(this);
        Pump();
    }

    private TimeSpan Monotonic => TimeSpan.FromTicks(World.Now / 100);

    private void StepDown(string why)
    {
        if (_writer is null)
            return;
        World.Note("steps down", (UInt128)Number, (long)Epoch.Term);
        (_writer, _inFlight) = (null, null);
        foreach (var session in _sessions)
            session.Link.ToAgent.Send(null);
        foreach (var session in _sessions)
            session.Link.ManagerClosed = true;
        _sessions.Clear();
        _cluster.LeadershipEnded(this);
        (_seen, _seenAt) = (null, World.Now);
    }

    private void Renew()
    {
        if (_writer is null)
            return;
        var (epoch, asked) = (Epoch, World.Now);
        if (World.Now - _renewedAt > FenceAfter)
        {
            StepDown("no renewal");
            return;
        }
        Post(RenewEvery, () => { if (Epoch == epoch) Renew(); });
        Log.Renew(epoch, result =>
        {
            if (_writer is null || Epoch != epoch)
                return;
            if (result is RenewResult.Renewed)
                _renewedAt = asked;
            else if (result is RenewResult.Refused)
                StepDown("refused");
        });
    }

    private void Detect()
    {
        if (_writer is null)
            return;
        var epoch = Epoch;
        Post(CheckEvery, () => { if (Epoch == epoch) Detect(); });
        foreach (var node in _liveness.Check(Monotonic))
        {
            World.Note("silent", node.Value);
            _cluster.Checker.Silent(node, this);
            Execute(new SetNodeState(node, NodeState.Down, "heartbeat failure"), _ => { });
        }
    }

    /// <summary>Null: the leadership ended, the outcome is unknown.</summary>
    public void Execute(ClusterCommand command, Action<Decision?> answered)
    {
        _writer!.Enqueue(answered, command);
        _cluster.Waiting(this, answered);
        Post(0, Pump);
    }

    private void Pump()
    {
        while (_writer is { } writer)
        {
            var batch = writer.Step(new StepContext(Now, World.Rng.Id));
            if (batch is null)
                break;
            if (batch.Events.Count == 0)
            {
                Release(batch);
                continue;
            }
            Append(batch);
        }
        if (_writer?.NextDue is { } due)
            Arm(due);
    }

    private Timestamp Now => new(1_767_323_045_000_000_000 + World.Now);

    private void Append(WriteBatch batch)
    {
        var events = new EventData[batch.Events.Count];
        for (var i = 0; i < events.Length; i++)
            events[i] = new EventData(EventCodec.KindOf(batch.Events[i]), EventCodec.Encode(batch.Events[i]));
        var epoch = Epoch;
        _inFlight = batch;
        _cluster.Checker.Decided(this, batch);
        if (_cluster.Mutation == Mutation.AnswersBeforeAppend)
        {
            foreach (var answer in batch.Answers)
                _cluster.Answer(this, (Action<Decision?>)answer.Ticket, answer.Decision);
        }
        Log.Append(epoch, batch.ExpectedRevision, events,
            result =>
            {
                if (result is AppendResult.Appended)
                    _cluster.Checker.Appended(batch, events);
            },
            result => Appended(epoch, batch, result));
    }

    private void Appended(Epoch epoch, WriteBatch batch, AppendResult? result)
    {
        if (_writer is null || Epoch != epoch || _inFlight != batch)
            return;
        if (result is AppendResult.Appended appended && appended.Head == batch.View.Revision)
        {
            _inFlight = null;
            Release(batch);
            Pump();
        }
        else
        {
            StepDown($"append: {result}");
        }
    }

    private void Release(WriteBatch batch)
    {
        _writer!.Acknowledge(batch);
        View = batch.View;
        _cluster.Checker.Published(batch);
        foreach (var id in batch.Changes.Nodes.Where(id => !batch.View.Nodes.Contains(id)))
            _liveness.Forget(id);
        foreach (var session in _sessions.ToList())
            session.Route(batch.View, batch.Changes);
        foreach (var answer in batch.Answers)
            _cluster.Answer(this, (Action<Decision?>)answer.Ticket, answer.Decision);
    }

    private void Arm(Timestamp due)
    {
        var at = Math.Max(World.Now + 1_000_000, due.UnixNanos - 1_767_323_045_000_000_000);
        if (at >= _timerAt && _timerAt > World.Now)
            return;
        _timerAt = at;
        var epoch = Epoch;
        Post(at - World.Now, () =>
        {
            if (Epoch != epoch || _timerAt != at)
                return;
            _timerAt = long.MaxValue;
            Pump();
        });
    }

    public void Connected(Link link) =>
        link.ToManager.Receive = message =>
        {
            var epoch = Epoch;
            Post(0, () => { if (Epoch == epoch && _writer is not null) Received(link, message); });
        };

    private void Received(Link link, Contracts.Agent.AgentMessage? message)
    {
        if (link.ManagerClosed)
            return;
        var session = _sessions.Find(s => s.Link == link);
        if (message is null)
        {
            link.ManagerClosed = true;
            if (session is not null)
                _sessions.Remove(session);
            return;
        }
        if (session is not null)
        {
            session.Received(message);
            return;
        }
        if (message.Hello is null)
            return;
        foreach (var older in _sessions.Where(s => s.Link.Machine == link.Machine).ToList())
        {
            older.End();
            _sessions.Remove(older);
        }
        session = new Session(this, link, View!);
        _sessions.Add(session);
        Heard(link.Machine.Node);
        session.Welcome(_cluster.Id, message.Hello);
    }

    public void Heard(NodeId node)
    {
        _liveness.Heard(node, Monotonic);
        _cluster.Checker.Heard(node, this);
        if (View!.Nodes.Get(node) is { State: NodeState.Down } && _sessions.Exists(s => s.Link.Machine.Node == node && s.Admitted))
            Execute(new SetNodeState(node, NodeState.Ready, null), _ => { });
    }
}
