using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Sessions;

/// <summary>A set that is larger than a message may be still reaches its agent.</summary>
public sealed class AssignmentPartsTests
{
    [Fact]
    public void A_small_set_is_one_message()
    {
        var message = Message(specs: 3, bytesEach: 10);
        Assert.Same(message, Assert.Single(AssignmentParts.Split(message)));
        Assert.Equal(3, message.Specs.Count);
    }

    [Fact]
    public void Templates_travel_ahead_of_a_large_set_and_each_part_is_small()
    {
        var parts = AssignmentParts.Split(Message(specs: 10, bytesEach: 300), targetBytes: 1_000).ToList();

        Assert.All(parts, part => Assert.True(part.CalculateSize() < 1_500));
        Assert.All(parts.SkipLast(1), part => Assert.True(!part.Complete && part.Tasks.Count == 0));
        Assert.True(parts[^1].Complete);
        Assert.Equal(10, parts[^1].Tasks.Count);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (ulong)n), parts.SelectMany(part => part.Specs).Select(spec => spec.Version));
    }

    private static Assignments Message(int specs, int bytesEach)
    {
        var message = new Assignments { Revision = 7, Complete = true };
        for (var n = 1; n <= specs; n++)
        {
            message.Specs.Add(new TaskSpecVersion { Version = (ulong)n, TemplateJson = ByteString.CopyFrom(new byte[bytesEach]) });
            message.Tasks.Add(new TaskAssignment { TaskId = $"t{n}" });
        }
        return message;
    }
}
