using Orch.Agent.Dns;
using Orch.Contracts.Agent;
using Orch.Core.Networking;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

public sealed class ConcurrencyTests
{
    private const string Client = "10.0.0.50";

    [Fact]
    public async Task A_name_that_is_there_before_and_after_a_change_is_there_during_it()
    {
        var world = new DnsWorld().With(Network("front", "10.0.0.0/24", "10.0.0.2"), Network("back", "10.0.1.0/24", "10.0.1.2"));
        world.Apply(Change(0));
        using var stop = new CancellationTokenSource();
        using var begun = new CountdownEvent(4);
        var readers = new[] { "web", "tasks.web", "shared", "1.web" }
            .Select(name => System.Threading.Tasks.Task.Factory.StartNew(
                () => Read(world, name, begun, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToList();
        try
        {
            Assert.True(begun.Wait(TimeSpan.FromMinutes(1)), "the readers have not begun");
            for (var step = 1; step < 3000 && readers.TrueForAll(reader => !reader.IsCompleted); step++)
                world.Apply(Change(step));
        }
        finally
        {
            await stop.CancelAsync();
        }
        await System.Threading.Tasks.Task.WhenAll(readers);
    }

    /// <summary>All tasks replaced, an alias handed from one service to the other, a network that comes and goes.</summary>
    private static NetworkUpdate Change(int step)
    {
        var (one, other) = step % 2 == 0 ? (" shared", "") : ("", " shared");
        var update = new NetworkUpdate
        {
            Complete = step % 5 == 0,
            Networks = { Network("front", "10.0.0.0/24", step % 3 == 0 ? "10.0.0.2" : "10.0.0.3") },
            Services =
            {
                Service("s1", "web", "", [$"front -{one}", "back -"]), Service("s2", "db", "", [$"front 10.0.0.200{other}"]),
            },
            Tasks =
            {
                DnsWorld.Task($"t{step}", "s1", 1, true, $"front 10.0.0.{100 + step % 50}", "back 10.0.1.9"),
                DnsWorld.Task("asker", "s2", 1, true, step % 4 < 2 ? [$"front {Client}"] : ["back 10.0.1.50", $"front {Client}"]),
            },
            RemovedTasks = { $"t{step - 1}" },
        };
        if (step % 7 == 3)
            update.RemovedNetworks.Add("back");
        else
            update.Networks.Add(Network("back", "10.0.1.0/24", "10.0.1.2"));
        return update;
    }

    /// <summary>Throws when an answer is not right.</summary>
    private static void Read(DnsWorld world, string name, CountdownEvent begun, CancellationToken stop)
    {
        var zone = world.Index.Zones.First(zone => zone.Facts.Id == "front");
        var (scratch, buffer, query, source) = (new DnsScratch(new Random(1)), new byte[1232], Query.Of(name), (uint)IpAddr.Parse(Client).Value);
        for (long count = 0; !stop.IsCancellationRequested; count++)
        {
            var reply = world.Handler.Handle(zone, source, query, buffer, false, scratch);
            Assert.True(reply.Verdict == Verdict.Answer, $"{name}: {reply.Verdict} after {count}");
            Assert.True((buffer[3] & 15) == 0 && buffer[7] > 0, $"{name}: {Convert.ToHexString(buffer.AsSpan(0, reply.Length))} after {count}");
            if (count == 0)
                begun.Signal();
        }
    }
}
