using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>Containers find each other by name, each on the networks it is on and nowhere else.</summary>
public sealed class NameTests(NetworkCluster cluster) : ClusterTests<NetworkCluster>(cluster)
{
    private OrchMachine Machine => Manager;

    [LabFact]
    public async Task Every_form_of_a_name_gives_the_right_addresses()
    {
        await Machine.OkAsync("network", "create", "-d", "overlay", "names");
        await Machine.OkAsync("service", "create", "--name", "shop_web", "--label", "com.docker.stack.namespace=shop",
            "--network", "name=names,alias=web", "--replicas", "2", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "names", "echo");
        await Machine.OkAsync("service", "create", "--name", "direct", "--network", "names", "--endpoint-mode", "dnsrr", "--replicas", "2", "echo");
        var asker = (await Machine.ContainersAsync("asker"))[0];
        var web = await Machine.ContainersAsync("shop_web");
        List<string> tasks = [];
        foreach (var container in web)
            tasks.Add((await Machine.AddressesAsync(container)).Values.Single());
        var vip = await Machine.VipAsync("shop_web");

        foreach (var name in (string[])["web", "shop_web", "web.shop", "WEB"])
            Assert.Equal([vip], await Machine.ResolveAsync(asker, name));
        Assert.Equal(tasks.Order(StringComparer.Ordinal), await Machine.ResolveAsync(asker, "tasks.web"));
        Assert.Equal(tasks.Order(StringComparer.Ordinal), await Machine.ResolveAsync(asker, "tasks.shop_web"));
        Assert.Equal([tasks[0]], await Machine.ResolveAsync(asker, "1.web"));
        Assert.Equal([tasks[1]], await Machine.ResolveAsync(asker, "2.shop_web"));
        Assert.Equal(2, (await Machine.ResolveAsync(asker, "direct")).Count);
        Assert.Empty(await Machine.ResolveAsync(asker, "nobody"));

        var reverse = await Machine.InsideAsync(asker, "nslookup", vip);
        Assert.Contains("shop_web", reverse.Output, StringComparison.Ordinal);
        var page = await Machine.PageAsync(asker, "web");
        Assert.Contains((await Machine.AddressesAsync(asker)).Values.Single(), page, StringComparison.Ordinal);
    }

    [LabFact]
    public async Task Networks_are_isolated_from_each_other()
    {
        const int Networks = 10;
        for (var i = 0; i < Networks; i++)
        {
            await Machine.OkAsync("network", "create", "-d", "overlay", $"apart{i}");
            await Machine.OkAsync("service", "create", "-d", "--name", $"only{i}", "--network", $"name=apart{i},alias=same", "echo");
        }
        for (var i = 0; i < Networks; i++)
            await Machine.ConvergedAsync($"only{i}", TimeSpan.FromSeconds(60));
        List<(string Container, string Address, string Vip)> all = [];
        for (var i = 0; i < Networks; i++)
        {
            var container = (await Machine.ContainersAsync($"only{i}"))[0];
            all.Add((container, (await Machine.AddressesAsync(container)).Values.Single(), await Machine.VipAsync($"only{i}")));
        }

        await Task.WhenAll(all.Select(async from =>
        {
            // The same alias on every network: each sees its own.
            Assert.Equal([from.Vip], await Machine.ResolveAsync(from.Container, "same"));
            Assert.Contains(from.Address, await Machine.PageAsync(from.Container, from.Address), StringComparison.Ordinal);
            var others = all.Where(to => to.Container != from.Container).SelectMany(to => (string[])[to.Address, to.Vip]);
            var script = string.Join("; ", others.Select(to => $"(timeout 2 wget -q -O - http://{to}/ && echo REACHED {to}) &")) + " wait";
            var answer = await Machine.InsideAsync(from.Container, "sh", "-c", script);
            Assert.DoesNotContain("REACHED", answer.Output, StringComparison.Ordinal);
        }));
    }
}
