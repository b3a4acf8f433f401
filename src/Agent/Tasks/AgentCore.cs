using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// All that an agent decides, without I/O, clock, randomness or threads: <see cref="Step"/> takes what happened and
/// gives back what to do. Driven by one hand at a time, in the order of events; the same inputs give the same outputs.
/// <para>
/// The driver (the real loop, or the simulation) owes it five things. It answers each
/// <see cref="AgentOutput.Call"/> with one <see cref="AgentInput.CallAnswered"/>. It makes every
/// <see cref="AgentOutput.Persist"/> of a step durable (fold them with <see cref="JournalState.Apply"/>) before it performs
/// anything else of that step. It steps <see cref="AgentInput.TimeCame"/> when <see cref="NextDue"/> (uptime) has come.
/// It gives <see cref="AgentInput.EngineUp"/> once the engine's event stream is open and a list was made after that, and
/// <see cref="AgentInput.EngineDown"/> when the stream breaks. And after a crash it makes a new core from the journal's
/// state: whatever calls were under way are found again through the containers' labels.
/// </para>
/// </summary>
public sealed class AgentCore
{
    private readonly Outbox _outbox = new();
    private readonly DueQueue _due = new();
    private readonly CoreState _core;
    private readonly FileShelf _files;
    private readonly TaskSet _tasks;
    private readonly ReportDesk _reports;
    private readonly ExitWatch _exitWatch;
    private readonly ExitDesk _exits;
    private readonly ContainerWatch _containers;
    private readonly TaskDriver _driver;
    private readonly ReadinessDesk _readiness;
    private readonly AnswerDesk _answers;
    private readonly Intake _intake;
    private readonly bool _rebooted;
    private readonly bool _sameBootNoted;

    /// <summary>Files: where secrets and configs lie, and whose were found there.</summary>
    public AgentCore(AgentIdentity identity, JournalState journal, FilesFound? files = null)
    {
        _core = new(identity) { Highest = journal.Highest, Revision = journal.Revision };
        _files = new(files ?? FilesFound.Nothing, _core, _outbox);
        _tasks = new(_outbox, _files);
        _reports = new(_core, _tasks, new(_tasks), _files, _outbox);
        _exitWatch = new(_core, _tasks, _outbox);
        _exits = new(_core, _exitWatch, _tasks, _reports, _outbox);
        var images = new ImageShelf(_outbox);
        _readiness = new(images, _tasks, _outbox);
        _containers = new(_core, _tasks, _exits, images, _readiness);
        _driver = new(_core, _tasks, images, _files, _reports, _due, _outbox);
        _answers = new(_core, _tasks, images, _files, _containers, _exits, _reports, _readiness, _outbox);
        _intake = new(_core, _tasks, _files, _reports, _outbox);
        _sameBootNoted = journal.BootId == identity.BootId;
        _rebooted = journal.BootId.Length > 0 && !_sameBootNoted;
        Restore(journal);
    }

    /// <summary>When to step <see cref="AgentInput.TimeCame"/>, as uptime; null: not before something happens.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            TimeSpan? next = _due.Next;
            if (_reports.NextDue is { } report && (next is null || report < next))
                next = report;
            return _exitWatch.NextDue is { } ask && (next is null || ask < next) ? ask : next;
        }
    }

    public IReadOnlyList<AgentOutput> Step(AgentTime now, AgentInput input)
    {
        _outbox.Now = now;
        Take(input);
        _exitWatch.TimeCame();
        while (_due.TryTake(now.Uptime, out var id))
        {
            if (_tasks.Find(id) is { } task)
                _tasks.Queue(task);
        }
        while (_tasks.TryTake(out var task))
        {
            _driver.Advance(task);
            if (_core.EverListed)
                _readiness.Tell(task);
        }
        _reports.Flush();
        if (_core.Departing && _tasks.Count == 0)
            _outbox.Add(new AgentOutput.Depart("the node was removed from its cluster"));
        return _outbox.Take();
    }

    private void Take(AgentInput input)
    {
        switch (input)
        {
            case AgentInput.SessionOpened opened:
                _core.Session = opened.Session;
                _core.ManagerListens = false;
                _files.SessionOpened();
                _core.Send(_outbox, new() { Hello = _reports.Hello() });
                break;
            case AgentInput.SessionClosed closed when closed.Session == _core.Session:
                _core.Session = 0;
                _core.ManagerListens = false;
                break;
            case AgentInput.FromManager said when said.Session == _core.Session:
                var listened = _core.ManagerListens;
                _intake.Message(said.Message);
                if (!listened && _core.ManagerListens)
                    _exits.ManagerCame();
                break;
            case AgentInput.EngineUp up:
                EngineUp(up);
                break;
            case AgentInput.EngineDown down:
                _core.EngineUp = false;
                Problem(down.Reason);
                _exits.Known(_exitWatch.EngineWent(), ExitCause.EngineStopped);
                break;
            case AgentInput.EngineProblem problem:
                Problem(problem.Text);
                break;
            case AgentInput.EngineHappened happened when _core.EngineUp:
                _containers.Happened(happened.Event);
                break;
            case AgentInput.CallAnswered answered:
                Answered(answered.Call, answered.Answer);
                break;
            case AgentInput.Described described:
                _core.Description = described.Description;
                _core.Send(_outbox, new() { Description = _reports.Described() });
                break;
        }
    }

    private void EngineUp(AgentInput.EngineUp up)
    {
        var cause = _core.EverListed ? ExitCause.EngineAway : _rebooted ? ExitCause.Reboot : ExitCause.AgentAway;
        if (!_core.EverListed && !_sameBootNoted)
            _outbox.Persist(new JournalEntry.Booted(_core.Identity.BootId));
        _core.EngineUp = _core.EverListed = true;
        _core.EngineLeaving = false;
        Problem("");
        _containers.Listed(up.Containers, cause);
        _tasks.QueueAll();
    }

    private void Problem(string text)
    {
        if (text == _core.EngineProblem)
            return;
        _core.EngineProblem = text;
        _core.Send(_outbox, new() { Description = _reports.Described() });
    }

    private void Answered(EngineCall call, EngineAnswer answer)
    {
        switch (call)
        {
            case EngineCall.PrepareImage image: _answers.Image(image, answer); break;
            case EngineCall.Ping ping: PingAnswered(ping, answer); break;
            case EngineCall.PlaceFiles c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Create c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Start c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Stop c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Kill c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Remove c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Inspect c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.Look c: _answers.Task(call, c.Task, answer); break;
            case EngineCall.AwaitPorts c: _answers.Task(call, c.Task, answer); break;
        }
    }

    private void PingAnswered(EngineCall.Ping ping, EngineAnswer answer)
    {
        var listens = answer.Error is null;
        var known = _exitWatch.Answered(ping, listens);
        _exits.Known(known, listens ? ExitCause.Own : ExitCause.EngineStopped);
        if (listens)
            _tasks.QueueAll();
    }

    private void Restore(JournalState journal)
    {
        foreach (var spec in journal.Specs.Values)
            _tasks.AddSpec(spec);
        foreach (var (id, known) in journal.Tasks)
        {
            var task = _tasks.FindOrAdd(id);
            task.Assignment = known.Assignment;
            task.Desired = (TaskState)known.Assignment.DesiredState;
            task.Spec = _tasks.FindSpec(known.Assignment.ServiceId, known.Assignment.SpecVersion);
            task.State = TaskState.Accepted;
            task.Removed = known.RemovalAsked;
            task.Recorded = known.Recorded;
            task.Ledger.Restore(known.Restarts, known.ChargedAt);
            if (known.Result is { } result)
                Restore(task, result);
            if (task.State.IsTerminal())
                _files.Clear(id);
            _reports.Restored(task);
        }
    }

    private static void Restore(LocalTask task, TaskReport result)
    {
        (task.State, task.Message, task.Error) = ((TaskState)result.State, result.Message, result.Error);
        task.At = result.AtUnixNanos;
        task.ExitCode = result.HasExitCode ? result.ExitCode : null;
    }
}
