using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Tests.Core.Planning;

public sealed class HistoryTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    [InlineData(0)]
    public void A_slot_keeps_as_many_finished_tasks_as_the_limit_says(int limit)
    {
        var rig = new Rig();
        rig.Ok(new UpdateCluster(rig.State.Cluster!.Version, new ClusterSettings { TaskHistoryLimit = limit }));
        var web = rig.Create(Specs.Web().Restarting(delay: TimeSpan.Zero));
        var ended = new List<TaskId>();
        for (var i = 0; i < 8; i++)
        {
            rig.Settle();
            ended.Add(rig.Only(web).Id);
            rig.Report(rig.Only(web), TaskState.Failed, i);
        }
        rig.Settle();
        Assert.Equal(ended.TakeLast(limit), rig.State.TasksIn(web, SlotKey.Of(1)).Where(t => !t.IsAlive).Select(t => t.Id));
    }

    [Fact]
    public void The_limit_survives_the_log()
    {
        var rig = new Rig();
        rig.Ok(new UpdateCluster(rig.State.Cluster!.Version, new ClusterSettings { TaskHistoryLimit = 0 }));
        rig.TakeOver();
        Assert.Equal(0, rig.State.Cluster!.Settings.TaskHistoryLimit);
    }

    [Fact]
    public void Templates_are_forgotten_with_the_last_task_that_ran_them()
    {
        var rig = new Rig();
        rig.Ok(new UpdateCluster(rig.State.Cluster!.Version, new ClusterSettings { TaskHistoryLimit = 1 }));
        var web = rig.Create(Specs.Web(2).Updating(parallelism: 0));
        for (var i = 2; i < 8; i++)
        {
            rig.Update(web, spec => spec.Running($"app:{i}"));
            rig.Pass(TimeSpan.FromSeconds(30));
        }
        Assert.Equal(0, rig.State.RetainedSpecs.Count);
        Assert.Equal(4, rig.Tasks(web).Count());
    }
}
