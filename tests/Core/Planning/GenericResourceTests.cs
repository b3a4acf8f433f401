using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>Which of a node's generic resources a task gets.</summary>
public sealed class GenericResourceTests
{
    private static Rig With(Dictionary<string, List<string>>? names, Dictionary<string, long>? counts = null)
    {
        var rig = new Rig(nodes: 1);
        var node = rig.State.Nodes.Get(rig.Nodes[0])!;
        rig.Ok(new DescribeNode(node.Id, node.Description with { GenericNames = names, GenericCounts = counts }, node.Address));
        return rig;
    }

    private static ServiceSpec Wanting(ulong replicas, string kind, long amount)
    {
        var spec = Specs.Web(replicas);
        return spec with
        {
            TaskTemplate = spec.TaskTemplate! with
            {
                Resources = new()
                {
                    Reservations = new() { GenericResources = [new() { DiscreteResourceSpec = new() { Kind = kind, Value = amount } }] },
                },
            },
        };
    }

    private static string Given(TaskRecord task) =>
        string.Join(',', (task.Resources ?? []).Select(resource => $"{resource.Kind}={resource.Name ?? $"#{resource.Count}"}"));

    [Fact]
    public void No_two_tasks_are_given_the_same_name_and_a_third_waits_with_words()
    {
        var rig = With(new() { ["gpu"] = ["a", "b", "c", "d"] });
        var web = rig.Create(Wanting(3, "gpu", 2));
        rig.Settle();

        Assert.Equal(["gpu=a,gpu=b", "gpu=c,gpu=d", ""], rig.Alive(web).Select(Given));
        Assert.Contains("reserves 2 gpu", rig.Alive(web)[2].Status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_task_had_goes_to_its_successor_when_it_has_ended()
    {
        var rig = With(new() { ["gpu"] = ["a", "b"] });
        var web = rig.Create(Wanting(2, "gpu", 1));
        rig.Settle();
        var first = rig.Alive(web)[0];
        rig.Report(first, TaskState.Failed, 1);
        rig.Settle();

        Assert.Equal(["gpu=a", "gpu=b"], rig.Alive(web).Select(Given).Order());
        Assert.DoesNotContain(rig.Alive(web), task => task.Id == first.Id);
    }

    [Fact]
    public void A_number_without_names_is_given_as_a_number()
    {
        var rig = With(null, new() { ["ssd"] = 4 });
        var web = rig.Create(Wanting(1, "ssd", 3));
        rig.Settle();

        Assert.Equal("ssd=#3", Given(rig.Only(web)));
    }

    [Fact]
    public void A_new_leader_knows_what_was_given()
    {
        var rig = With(new() { ["gpu"] = ["a", "b"] });
        var web = rig.Create(Wanting(1, "gpu", 1));
        rig.Settle();
        rig.TakeOver();
        rig.Set(rig.Nodes[0], NodeState.Ready);
        rig.Update(web, spec => spec.Scaled(2));
        rig.Settle();

        Assert.Equal(["gpu=a", "gpu=b"], rig.Alive(web).Select(Given).Order());
    }
}
