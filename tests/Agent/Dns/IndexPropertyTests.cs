using Orch.Agent.Dns;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dns;

/// <summary>
/// Books that change at random, networks that come, go and change their nature included: whatever the way there, every
/// name gives everyone what it gives in an index made from the book at once, and what the book itself says.
/// </summary>
public sealed class IndexPropertyTests
{
    private const int Networks = 4;
    private const int Services = 6;
    private const int Tasks = 14;

    private static readonly string[] _stacks = ["", "a", "b"];
    private static readonly string[] _names =
    [
        "web", "db", "a_web", "b_web", "web.a", "db.b", "x", "y", "tasks.web", "tasks.x", "tasks.a_db", "1.web", "2.db", "1.web.a", "web.1.t3", "a_web.2.t7",
    ];

    [Fact]
    public void An_index_that_followed_all_changes_is_the_index_of_the_book()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var world = new DnsWorld();
            for (var step = 0; step < 25; step++)
            {
                world.Apply(Update(random));
                var fresh = new DnsWorld().Apply(Whole(world.Book));
                foreach (var source in Sources(world.Book).OrderBy(_ => random.Next()).Take(4).ToList())
                    Compare(world, fresh, source, $"seed {seed} step {step}");
            }
        }
    }

    private static void Compare(DnsWorld world, DnsWorld fresh, string source, string when)
    {
        foreach (var name in _names)
        {
            var got = Print(world.Ask(source, name));
            Assert.True(got == Print(fresh.Ask(source, name)), $"{when}: {source} asks {name}: {got}, not {Print(fresh.Ask(source, name))}");
            if (Oracle.Addresses(world.Book, source, name) is { } told)
                Assert.True(got == $"NoError {told}", $"{when}: {source} asks {name}: {got}, not {told}");
            var port = $"_http._tcp.{name}";
            Assert.Equal(Print(fresh.Ask(source, port, DnsType.Srv)), Print(world.Ask(source, port, DnsType.Srv)));
        }
        foreach (var address in Sources(world.Book).Append("10.0.1.101").Append("10.0.2.102"))
        {
            var reversed = string.Join('.', address.Split('.').Reverse()) + ".in-addr.arpa";
            Assert.Equal(Print(fresh.Ask(source, reversed, DnsType.Ptr)), Print(world.Ask(source, reversed, DnsType.Ptr)));
        }
    }

    private static string Print(Answer? answer) => answer is null ? "silence" : answer == Answer.Forwarded ? "forwarded" : $"{answer.Code} {answer.Values}";

    /// <summary>But tasks whose service is gone: the index remembers its stack for them, the book does not.</summary>
    private static IEnumerable<string> Sources(NetworkBook book) => book.Tasks.Values.Where(task => book.Services.ContainsKey(task.ServiceId))
        .SelectMany(task => task.Addresses).Where(on => book.Networks.ContainsKey(on.NetworkId)).Select(on => on.Address.ToString())
        .Concat(book.Networks.Values.Select(network => network.BridgeAddress.ToString()));

    private static NetworkUpdate Update(Random random)
    {
        var update = new NetworkUpdate { Complete = random.Next(12) == 0 };
        for (var i = random.Next(3); i > 0; i--)
            update.Networks.Add(Network(random, random.Next(Networks)));
        for (var i = random.Next(4); i > 0; i--)
            update.Services.Add(Service(random, random.Next(Services)));
        for (var i = random.Next(8); i > 0; i--)
            update.Tasks.Add(Task(random, random.Next(Tasks)));
        if (random.Next(4) == 0)
            update.RemovedNetworks.Add($"n{random.Next(Networks)}");
        if (random.Next(3) == 0)
            update.RemovedServices.Add($"s{random.Next(Services)}");
        for (var i = random.Next(3); i > 0; i--)
            update.RemovedTasks.Add($"t{random.Next(Tasks)}");
        return update;
    }

    private static NetworkAssignment Network(Random random, int number) => DnsWorld.Network(
        $"n{number}", $"10.0.{number}.0/24", $"10.0.{number}.{random.Next(2, 4)}", random.Next(4) == 0, random.Next(6) == 0);

    private static ServiceEndpoint Service(Random random, int number)
    {
        var stack = _stacks[random.Next(3)];
        var name = (stack.Length > 0 ? stack + "_" : "") + (random.Next(2) == 0 ? "web" : "db");
        var networks = Enumerable.Range(0, Networks).Where(_ => random.Next(2) == 0).Select(n =>
            $"n{n} {(random.Next(3) == 0 ? "-" : $"10.0.{n}.{100 + number}")} {(random.Next(2) == 0 ? "x" : "web")}{(random.Next(3) == 0 ? " y" : "")}");
        return DnsWorld.Service($"s{number}", name, stack, [.. networks], "http/tcp/80");
    }

    private static TaskEndpoint Task(Random random, int number)
    {
        var networks = Enumerable.Range(0, Networks).OrderBy(_ => random.Next()).Where(_ => random.Next(2) == 0);
        return DnsWorld.Task($"t{number}", $"s{random.Next(Services)}", (ulong)random.Next(3), random.Next(3) > 0,
            [.. networks.Select(n => $"n{n} 10.0.{n}.{10 + number}")]);
    }

    private static NetworkUpdate Whole(NetworkBook book)
    {
        var update = new NetworkUpdate { Complete = true };
        update.Networks.Add(book.Networks.Values.Select(n => DnsWorld.Network(
            n.Id, n.Subnets[0].ToString(), n.BridgeAddress.ToString(), n.IsInternal, n.IsIngress)));
        update.Services.Add(book.Services.Values.Select(s => DnsWorld.Service(s.Id, s.Name, s.Stack,
            [.. s.Networks.Select(n => string.Join(' ', [n.NetworkId, n.Vip?.ToString() ?? "-", .. n.Aliases]))], "http/tcp/80")));
        update.Tasks.Add(book.Tasks.Values.Select(t => DnsWorld.Task(t.Id, t.ServiceId, t.Slot, t.Serving,
            [.. t.Addresses.Select(on => $"{on.NetworkId} {on.Address}")])));
        return update;
    }
}
