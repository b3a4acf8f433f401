using Orch.Agent.Dns;
using Orch.Core.Networking;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("web")]
    [InlineData("TASKS.web")]
    [InlineData("2.web.shop")]
    [InlineData("web.shop")]
    [InlineData("example.org")]
    public void An_answer_needs_no_memory(string name)
    {
        var world = new DnsWorld().With(
            Network("front", "10.0.0.0/24", "10.0.0.2"), Network("back", "10.0.1.0/24", "10.0.1.2"),
            Service("s1", "shop_web", "shop", ["front 10.0.0.100 web"]),
            Task("t1", "s1", 1, true, "back 10.0.1.11", "front 10.0.0.11"), Task("t2", "s1", 2, true, "front 10.0.0.12"));
        var (zone, source) = (world.Index.Zones[0], (uint)IpAddr.Parse("10.0.0.11").Value);
        var (query, buffer, scratch) = (Query.Of(name, edns: 1232), new byte[1232], new DnsScratch(new Random(1)));
        world.Handler.Handle(zone, source, query, buffer, false, scratch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            world.Handler.Handle(zone, source, query, buffer, false, scratch);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
