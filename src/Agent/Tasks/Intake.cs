using Orch.Contracts.Agent;
using Orch.Core.Model;
using Epoch = Orch.Core.Model.Epoch;
using WireEpoch = Orch.Contracts.Agent.Epoch;

namespace Orch.Agent.Tasks;

/// <summary>Obeys managers: the highest leadership only, and nothing before it is journalled.</summary>
internal sealed class Intake(CoreState core, TaskSet tasks, FileShelf files, ReportDesk reports, Outbox outbox)
{
    public void Message(ManagerMessage message)
    {
        switch (message.BodyCase)
        {
            case ManagerMessage.BodyOneofCase.Welcome:
                Welcome(message.Welcome);
                break;
            case ManagerMessage.BodyOneofCase.Assignments when core.ManagerListens:
                if (Obeys(message.Assignments.Epoch, "assignments"))
                    Assign(message.Assignments);
                break;
            case ManagerMessage.BodyOneofCase.Network when core.ManagerListens:
                if (Obeys(message.Network.Epoch, "networks"))
                    outbox.Add(new AgentOutput.TakeNetworks(core.Session, message.Network));
                break;
            case ManagerMessage.BodyOneofCase.Recorded when core.ManagerListens:
                foreach (var id in message.Recorded.TaskIds)
                {
                    if (Find(id) is { } task)
                        reports.Recorded(task);
                }
                break;
            case ManagerMessage.BodyOneofCase.Farewell:
                Farewell(message.Farewell);
                break;
        }
    }

    private void Welcome(Welcome welcome)
    {
        if (welcome.ClusterId != core.Identity.Cluster.ToString())
        {
            Drop($"this manager belongs to cluster {welcome.ClusterId}, not to {core.Identity.Cluster}");
            return;
        }
        if (!Obeys(welcome.Epoch, "a session"))
            return;
        core.ManagerListens = true;
        if (welcome.Managers.Count > 0)
            outbox.Add(new AgentOutput.SetManagers([.. welcome.Managers]));
    }

    /// <summary>A deposed leader does not know it yet: its words count no more.</summary>
    private bool Obeys(WireEpoch? wire, string what)
    {
        var epoch = new Epoch(wire?.Incarnation ?? 0, wire?.Term ?? 0);
        if (epoch < core.Highest)
        {
            Drop($"refused {what} of epoch {epoch}: epoch {core.Highest} was seen already");
            return false;
        }
        if (epoch > core.Highest)
        {
            core.Highest = epoch;
            outbox.Persist(new JournalEntry.EpochRaised(epoch));
        }
        return true;
    }

    private void Drop(string reason)
    {
        outbox.Warn(reason);
        outbox.Add(new AgentOutput.DropSession(core.Session, reason));
        core.ManagerListens = false;
    }

    private void Assign(Assignments set)
    {
        foreach (var spec in set.Specs)
        {
            if (tasks.FindSpec(spec.ServiceId, spec.Version) is null && tasks.AddSpec(spec))
                outbox.Persist(new JournalEntry.SpecKept(spec));
        }
        files.Take(set);
        var named = new HashSet<TaskId>();
        foreach (var assignment in set.Tasks)
        {
            if (Ids.TryParse<TaskId>(assignment.TaskId, out var id))
                named.Add(Assign(id, assignment).Id);
            else
                outbox.Warn($"assignment of '{assignment.TaskId}' ignored: that is no task id");
        }
        foreach (var id in set.Removed)
            Remove(Find(id));
        if (set.Complete)
        {
            foreach (var task in tasks.All.Where(t => !named.Contains(t.Id)))
                Remove(task);
            tasks.PruneSpecs(set.Specs.Select(s => (s.ServiceId, s.Version)).ToHashSet());
        }
        if (set.Complete)
            files.HeardAll(set, tasks);
        if (set.Files.Count > 0 || set.Complete)
            tasks.QueueAll();
        if (set.Revision != core.Revision)
            outbox.Persist(new JournalEntry.RevisionReached(set.Revision));
        core.Revision = set.Revision;
        core.Send(outbox, new() { Applied = new() { Revision = set.Revision } });
    }

    private LocalTask Assign(TaskId id, TaskAssignment assignment)
    {
        var task = tasks.FindOrAdd(id);
        task.Spec ??= tasks.FindSpec(assignment.ServiceId, assignment.SpecVersion);
        if (task.Assignment is null)
        {
            // An orphan: now that it is wanted, look at its container with that in mind.
            (task.State, task.Desired) = (TaskState.Assigned, TaskState.New);
            task.MustLook = task.Container is not null;
        }
        else if (assignment.Equals(task.Assignment))
            return task;

        // Desired states only grow: an old message must not revive what was told to stop.
        var desired = (TaskState)assignment.DesiredState;
        task.Desired = desired > task.Desired ? desired : task.Desired;
        task.Assignment = assignment.Clone();
        task.Assignment.DesiredState = (uint)task.Desired;
        outbox.Persist(new JournalEntry.Assigned(id, task.Assignment));
        task.DueAt = default;
        tasks.Queue(task);
        return task;
    }

    private void Remove(LocalTask? task)
    {
        if (task is null || task.Removed)
            return;
        task.Removed = true;
        task.DueAt = default;
        outbox.Persist(new JournalEntry.RemovalAsked(task.Id));
        tasks.Queue(task);
    }

    private void Farewell(Farewell farewell)
    {
        outbox.Note($"the manager ends the session: {farewell.Reason} {farewell.Message}".TrimEnd());
        if (farewell.Managers.Count > 0)
            outbox.Add(new AgentOutput.SetManagers([.. farewell.Managers]));
        if (farewell.Reason != Contracts.Agent.Farewell.Types.Reason.NodeRemoved)
            return;
        if (!core.ManagerListens)
        {
            // All tasks end by it, so only the leader of the right cluster may say it.
            outbox.Warn("the removal of this node was told by a manager without a valid epoch: ignored");
            return;
        }
        core.Departing = true;
        foreach (var task in tasks.All)
            Remove(task);
    }

    private LocalTask? Find(string id) => Ids.TryParse<TaskId>(id, out var task) ? tasks.Find(task) : null;
}
