using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Core.Model;
using static Orch.Agent.Tasks.TaskActionKind;

namespace Orch.Tests.Agent.Tasks;

public sealed class TaskStepTests
{
    private static readonly TaskView Fresh = new() { State = TaskState.Assigned, Desired = TaskState.Running, Error = "" };

    [Theory]
    [InlineData(TaskState.Assigned, null, false, Report)]
    [InlineData(TaskState.Accepted, null, false, Report)]
    [InlineData(TaskState.Preparing, null, false, PrepareImage)]
    [InlineData(TaskState.Preparing, null, true, Create)]
    [InlineData(TaskState.Preparing, ContainerStatus.Created, true, Report)]
    [InlineData(TaskState.Ready, ContainerStatus.Created, true, Report)]
    [InlineData(TaskState.Starting, ContainerStatus.Created, true, Start)]
    [InlineData(TaskState.Starting, ContainerStatus.Running, true, Report)]
    [InlineData(TaskState.Running, ContainerStatus.Running, true, Nothing)]
    public void On_its_way_up(TaskState state, ContainerStatus? container, bool image, TaskActionKind next)
    {
        Assert.Equal(next, TaskStep.Next(Fresh with { State = state, Container = container, ImageReady = image }).Kind);
    }

    [Theory]
    [InlineData(ContainerStatus.Running, false, Stop)]
    [InlineData(ContainerStatus.Running, true, Kill)]
    [InlineData(ContainerStatus.Exited, false, Remove)]
    [InlineData(ContainerStatus.Created, false, Remove)]
    [InlineData(null, false, Forget)]
    public void When_it_was_removed(ContainerStatus? container, bool stopFailed, TaskActionKind next)
    {
        var task = Fresh with { State = TaskState.Running, Removed = true, Container = container, StopFailed = stopFailed };

        Assert.Equal(next, TaskStep.Next(task).Kind);
    }

    [Theory]
    [InlineData(TaskState.Running, ContainerStatus.Running, Stop)]
    [InlineData(TaskState.Running, ContainerStatus.Exited, Report)]
    [InlineData(TaskState.Preparing, null, Report)]
    [InlineData(TaskState.Shutdown, ContainerStatus.Exited, Nothing)]
    [InlineData(TaskState.Failed, ContainerStatus.Running, Stop)]
    public void When_it_is_wanted_shut_down(TaskState state, ContainerStatus? container, TaskActionKind next)
    {
        var task = Fresh with { State = state, Desired = TaskState.Shutdown, Container = container };

        Assert.Equal(next, TaskStep.Next(task).Kind);
    }

    [Theory]
    [InlineData(TaskState.Preparing, null, FilesPhase.Awaited, Nothing)]
    [InlineData(TaskState.Preparing, null, FilesPhase.Arrived, PlaceFiles)]
    [InlineData(TaskState.Preparing, null, FilesPhase.Ready, Create)]
    [InlineData(TaskState.Running, ContainerStatus.Exited, FilesPhase.Awaited, Nothing)]
    [InlineData(TaskState.Running, ContainerStatus.Exited, FilesPhase.Arrived, PlaceFiles)]
    [InlineData(TaskState.Running, ContainerStatus.Running, FilesPhase.Awaited, Nothing)]
    public void Secrets_and_configs_are_there_before_it_runs(
        TaskState state, ContainerStatus? container, FilesPhase files, TaskActionKind next)
    {
        var task = Fresh with { State = state, Container = container, ImageReady = true, Files = files };

        Assert.Equal(next, TaskStep.Next(task).Kind);
    }

    [Fact]
    public void An_unanswered_call_comes_before_everything()
    {
        var task = Fresh with { MustLook = true, HasDuplicate = true, Removed = true };

        Assert.Equal(Look, TaskStep.Next(task).Kind);
    }

    [Fact]
    public void An_engine_call_waits_for_its_time_but_a_report_does_not()
    {
        var early = Fresh with { DueAt = TimeSpan.FromSeconds(9), Now = TimeSpan.FromSeconds(5) };

        Assert.Equal(Report, TaskStep.Next(early).Kind);
        var call = early with { State = TaskState.Starting, Container = ContainerStatus.Created };
        Assert.Equal(new(Wait, Due: TimeSpan.FromSeconds(9)), TaskStep.Next(call));
    }

    [Fact]
    public void A_problem_before_the_start_rejects_and_after_it_fails()
    {
        var task = Fresh with { State = TaskState.Preparing, Problem = "no such image" };

        Assert.Equal(TaskState.Rejected, TaskStep.Next(task).State);
        Assert.Equal(TaskState.Failed, TaskStep.Next(task with { State = TaskState.Running }).State);
    }

    [Fact]
    public void An_orphan_is_neither_started_nor_stopped()
    {
        foreach (var container in Enum.GetValues<ContainerStatus>())
            Assert.Equal(Nothing, TaskStep.Next(Fresh with { Orphan = true, Container = container }).Kind);
    }

    [Fact]
    public void Reports_only_ever_move_forward()
    {
        foreach (var task in Everything())
        {
            var action = TaskStep.Next(task);
            if (action.Kind == Report)
                Assert.True(task.State.MayMoveTo(action.State), $"{task} goes to {action.State}");
        }
    }

    [Fact]
    public void Nothing_is_ever_started_that_should_end()
    {
        foreach (var task in Everything().Where(t => t.Removed || t.Desired > TaskState.Running || t.State.IsTerminal()))
            Assert.DoesNotContain(TaskStep.Next(task).Kind, new[] { Start, Create, PrepareImage });
    }

    private static IEnumerable<TaskView> Everything() =>
        from state in Enum.GetValues<TaskState>()
        from desired in new[] { TaskState.Ready, TaskState.Running, TaskState.Shutdown, TaskState.Remove }
        from container in new ContainerStatus?[] { null, ContainerStatus.Created, ContainerStatus.Running, ContainerStatus.Exited }
        from exit in Enum.GetValues<ExitPhase>()
        from bits in Enumerable.Range(0, 16)
        select new TaskView
        {
            State = state,
            Desired = desired,
            Container = container,
            Exit = exit,
            Error = "",
            Removed = (bits & 1) != 0,
            ImageReady = (bits & 2) != 0,
            Succeeded = (bits & 4) != 0,
            Problem = (bits & 8) != 0 ? "broken" : null,
        };
}
