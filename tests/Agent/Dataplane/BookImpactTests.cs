using Orch.Agent.Dataplanes;
using Orch.Agent.Networks;

namespace Orch.Tests.Agent.Dataplane;

public sealed class BookImpactTests
{
    private readonly NetworkBook _book = Books.Web(Books.Here("t1", "10.50.0.11"), Books.There("t2", "10.50.0.12"));

    [Fact]
    public void An_endpoint_that_starts_or_stops_serving_touches_the_rules_of_its_service_alone() =>
        Assert.Equal((false, "web"), Impact(_book.Leave("t1")));

    [Fact]
    public void A_task_elsewhere_that_is_gone_touches_links_and_what_is_common() =>
        Assert.Equal((true, " web"), Impact(_book.Apply(new() { RemovedTasks = { "t2" } })));

    [Fact]
    public void A_new_address_of_a_service_touches_links() =>
        Assert.Equal((true, "web"), Impact(_book.Apply(new() { Services = { Books.Service("web", "10.50.0.201") } })));

    [Fact]
    public void A_network_touches_everything() =>
        Assert.Equal((true, "all"), Impact(_book.Apply(new() { RemovedNetworks = { "net1" } })));

    private (bool Links, string Services) Impact((NetworkBook Book, BookChanges Changes) next)
    {
        var impact = BookImpact.Of(next.Changes, _book, next.Book, "here");
        return (impact.Links, impact.Services is { } services ? string.Join(' ', services.Order(StringComparer.Ordinal)) : "all");
    }
}
