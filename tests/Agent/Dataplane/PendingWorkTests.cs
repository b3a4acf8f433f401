using Orch.Agent.Dataplanes;

namespace Orch.Tests.Agent.Dataplane;

public sealed class PendingWorkTests
{
    private readonly PendingWork _pending = new();

    [Fact]
    public void Changes_add_up_until_a_pass_takes_them()
    {
        var (book, changes) = Orch.Agent.Networks.NetworkBook.Empty.Apply(Books.Update(Books.Here("t1", "10.50.0.11")));
        _pending.Want(book, changes);
        _pending.Want(book, new() { Services = { "other" } });
        var order = _pending.Take(wholly: false);
        Assert.Same(book, order.Book);
        Assert.Equal(["other", "web"], order.Changes!.Services.Order());
        Assert.True(_pending.Take(wholly: false).Changes!.IsEmpty);
    }

    [Fact]
    public void After_a_pass_that_could_do_nothing_everything_is_looked_at()
    {
        _pending.Want(Books.Web(), new() { Services = { "web" } });
        _pending.Take(wholly: false);
        _pending.Distrust();
        Assert.Null(_pending.Take(wholly: false).Changes);
        Assert.NotNull(_pending.Take(wholly: false).Changes);
    }

    [Fact]
    public void Who_leaves_wants_nothing_any_more()
    {
        _pending.Want(Books.Web(), new() { Services = { "web" } });
        _pending.Leave();
        var order = _pending.Take(wholly: false);
        Assert.True(order is { Leaving: true, Changes: null, Book.Services.IsEmpty: true });
    }
}
