using Orch.Agent.Engine;
using Orch.Agent.Networks;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Templates;

namespace Orch.Agent.Tasks;

/// <summary>Carries out what <see cref="TaskStep"/> decides, until it decides nothing more.</summary>
internal sealed class TaskDriver(
    CoreState core, TaskSet tasks, ImageShelf images, FileShelf files, ReportDesk reports, DueQueue due, Outbox outbox)
{
    // The longest honest chain is accepted, preparing, ready, starting, a call: more is a mistake of ours.
    private const int MostMoves = 12;

    public void Advance(LocalTask task)
    {
        if (!core.EverListed)
            return;
        for (var moves = 0; task.Pending is null; moves++)
        {
            if (moves == MostMoves)
                throw new InvalidOperationException($"task {task.Id} moves in circles in state {task.State}");
            var action = TaskStep.Next(View(task));
            if (action.IsEngineCall && !core.EngineUsable)
                return;
            if (!Perform(task, action))
                return;
        }
    }

    /// <summary>False: nothing more to do now.</summary>
    private bool Perform(LocalTask task, TaskAction action)
    {
        switch (action.Kind)
        {
            case TaskActionKind.Report:
                reports.Note(task, action.State, action.Message, action.Error);
                return true;
            case TaskActionKind.Wait:
                due.Add(task.Id, action.Due);
                return false;
            case TaskActionKind.Forget:
                reports.Forget(task);
                tasks.Drop(task);
                return false;
            case TaskActionKind.PrepareImage:
                if (task.Spec is null)
                {
                    task.Problem = "the manager sent no template for this version of the service";
                    return true;
                }
                images.Await(task);
                return false;
            case TaskActionKind.Create:
                return !Create(task);
            case TaskActionKind.PlaceFiles:
                return !PlaceFiles(task);
            case TaskActionKind.Nothing:
                return false;
            default:
                task.Pending = Request(task, action.Kind);
                task.LookIsOld = false;
                outbox.Call(task.Pending);
                return false;
        }
    }

    /// <summary>False: a template of its spec cannot be expanded here, which is the task's end.</summary>
    private bool Create(LocalTask task)
    {
        try
        {
            var request = ContainerMapper.Map(RequestOf(task));
            task.Pending = new EngineCall.Create(outbox.NextCall(), task.Id, task.Assignment!.Name, request, TaskNetworking.Of(task));
        }
        catch (TemplateException e)
        {
            task.Problem = e.Message;
            return false;
        }
        task.LookIsOld = false;
        outbox.Call(task.Pending);
        return true;
    }

    private TaskTemplate Expanded(LocalTask task)
    {
        var template = task.Spec!.Template;
        return template.ContainerSpec is not { } container || !ContainerTemplates.AreIn(container) ? template
            : template with { ContainerSpec = ContainerTemplates.Expand(container, TaskContext.Of(task, core.Description, core.Identity.Node)) };
    }

    /// <summary>False: a template among them cannot be expanded, which is the task's end.</summary>
    private bool PlaceFiles(LocalTask task)
    {
        try
        {
            task.Pending = new EngineCall.PlaceFiles(outbox.NextCall(), task.Id, files.Expanded(task));
        }
        catch (TemplateException e)
        {
            task.Problem = e.Message;
            return false;
        }
        outbox.Call(task.Pending);
        files.Asked(task.Id);
        return true;
    }

    private EngineCall Request(LocalTask task, TaskActionKind kind)
    {
        var id = outbox.NextCall();
        var container = task.Container?.Id ?? "";
        switch (kind)
        {
            case TaskActionKind.Look:
                return new EngineCall.Look(id, task.Id);
            case TaskActionKind.Start:
                Starting(task);
                return new EngineCall.Start(id, task.Id, container);
            case TaskActionKind.Stop:
                var grace = task.Spec?.Template.ContainerSpec?.Grace() ?? SpecDefaults.StopGracePeriod;
                return new EngineCall.Stop(id, task.Id, container, grace);
            case TaskActionKind.Kill:
                return new EngineCall.Kill(id, task.Id, container);
            case TaskActionKind.Remove:
                return new EngineCall.Remove(id, task.Id, container);
            case TaskActionKind.RemoveDuplicate:
                return new EngineCall.Remove(id, task.Id, task.Duplicates[0]);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "no engine call");
        }
    }

    /// <summary>A new run begins: what was known of the last one must not be taken for it.</summary>
    private void Starting(LocalTask task)
    {
        task.Exit = ExitPhase.None;
        task.AwaitsOrder = false;
        task.OutOfMemory = task.Unhealthy = task.StopFailed = false;
        task.ExitCode = null;
        (task.PortsAsked, task.PortsCall, task.PortsProblem) = (false, 0, "");
        task.StartIssuedAt = outbox.Now.UnixNanos;
        task.Container = task.Container! with
        {
            Status = ContainerStatus.Created,
            ExitCode = 0,
            OutOfMemory = false,
            Error = "",
            StartedAt = 0,
            Health = ContainerHealth.None,
        };
    }

    private ContainerRequest RequestOf(LocalTask task) => new()
    {
        Cluster = core.Identity.Cluster,
        Node = core.Identity.Node,
        Task = task.Id,
        TaskName = task.Assignment!.Name,
        ServiceId = task.Assignment.ServiceId,
        ServiceName = task.Spec!.ServiceName,
        SpecVersion = task.Spec.Version,
        Template = Expanded(task),
        Resources = [.. task.Assignment.Resources.Select(resource => (resource.Kind, resource.Value))],
        FilesFolder = files.FolderOf(task.Id),
        Addresses = NetworkAddress.From(task.Assignment.Addresses),
        ResolvFile = core.Identity.ResolvFileOf(task.Id),
        HostPorts = TaskPorts.Wanted(task.Assignment, task.Spec),
    };

    private TaskView View(LocalTask task) => new()
    {
        State = task.State,
        Desired = task.Desired,
        Removed = task.Removed,
        Orphan = task.Assignment is null,
        MustLook = task.MustLook,
        HasDuplicate = task.Duplicates.Count > 0,
        ImageReady = task.Spec is not null && images.Find(task.Image) is not null
            && (task.Fetched || task.Pull != PullPolicy.Always),
        Files = files.PhaseOf(task),
        Problem = task.Problem ?? files.ProblemOf(task),
        Container = task.Container?.Status,
        Health = task.Container?.Health ?? ContainerHealth.None,
        AwaitsPorts = task.AwaitsPorts,
        PortsProblem = task.PortsProblem,
        Exit = task.Exit,
        Succeeded = task.Succeeded,
        Error = task.ExitError,
        StopFailed = task.StopFailed,
        Discard = task.Discard,
        DueAt = task.DueAt,
        Now = outbox.Now.Uptime,
    };
}
