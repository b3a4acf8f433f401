using Orch.Agent.Session;

namespace Orch.Tests.Agent.Session;

public sealed class ManagerDirectoryTests
{
    [Fact]
    public void Managers_are_tried_in_turn()
    {
        var managers = new ManagerDirectory(["a", "b"]);

        Assert.Equal("a", managers.Current);
        managers.TryAnother();
        Assert.Equal("b", managers.Current);
        managers.TryAnother();
        Assert.Equal("a", managers.Current);
    }

    [Fact]
    public void A_new_list_keeps_the_manager_in_use()
    {
        var managers = new ManagerDirectory(["a", "b"]);
        managers.TryAnother();

        managers.Replace(["c", "b", "d"]);

        Assert.Equal("b", managers.Current);
    }

    [Fact]
    public void Without_managers_there_is_none_to_dial()
    {
        var managers = new ManagerDirectory([]);

        managers.TryAnother();
        Assert.Null(managers.Current);
        managers.Replace(["a"]);
        Assert.Equal("a", managers.Current);
    }
}
