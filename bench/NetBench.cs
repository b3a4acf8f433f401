using System.Globalization;
using Orch.Bench.Net;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// What the overlay costs: one TCP stream, one-byte round trips and short connections, over orch's networks, the same made by
/// hand, Docker Swarm's and none, all in each round and in an order that changes from round to round. Options: rounds (20),
/// words that the names of paths must contain (all). Tables go to standard output.
/// </summary>
internal static class NetBench
{
    private const string BridgeRules = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    private const int Seed = 5, Tries = 5;

    public static async Task RunAsync(string[] options)
    {
        var rounds = options.Length > 0 ? int.Parse(options[0], CultureInfo.InvariantCulture) : 20;
        await using var lab = await NetLab.UpAsync();
        var paths = (await lab.PathsAsync()).Where(path => options.Length < 2 || options[1..].Any(word => path.Name.Contains(word, StringComparison.Ordinal))).ToList();
        var servers = paths.Select(path => path.Server).Distinct().Select(end => new NetServer(end)).ToList();
        var (report, random) = (new NetReport(), new Random(Seed));
        await ReadyAsync(paths);
        for (var round = 0; round <= rounds; round++)
        {
            var turns = paths.ToArray();
            random.Shuffle(turns);
            foreach (var path in turns)
            {
                var sample = Measure(path);
                if (round > 0)   // the first is for the runtime's compiler and the machines' caches
                    report.Add(path, sample);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"round {round}: {path.Name}: {sample.Throughput:f1} Gbit/s, {sample.Median:f1} / {sample.P99:f0} µs, {sample.Connections:f0}/s, processor {sample.TripCost:f1} and {sample.ConnectionCost:f0} µs"));
            }
        }
        report.Print(Console.Out, paths.Select(path => path.Name));
        servers.ForEach(server => server.Dispose());
    }

    /// <summary>A task counts as running a moment before every machine's rules lead to it.</summary>
    private static async Task ReadyAsync(IEnumerable<NetPath> paths)
    {
        foreach (var path in paths)
        {
            Set(path);
            await Until.TrueAsync($"{path.Name} answers", () => NetClient.Answers(path));
        }
    }

    /// <summary>Once more if the agent, who looks at this setting now and then, has put it back meanwhile.</summary>
    private static NetSample Measure(NetPath path)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            Set(path);
            var sample = NetClient.Measure(path);
            if (Is(path))
                return sample;
        }
        throw new InvalidOperationException($"{path.Name}: {BridgeRules} does not stay {path.BridgeRules}");
    }

    private static void Set(NetPath path)
    {
        if (path.BridgeRules.Length == 0)
            return;
        foreach (var machine in path.Machines)
            machine.InNetwork(() => File.WriteAllText(BridgeRules, path.BridgeRules));
    }

    private static bool Is(NetPath path)
    {
        var same = true;
        foreach (var machine in path.BridgeRules.Length == 0 ? [] : path.Machines)
            machine.InNetwork(() => same &= File.ReadAllText(BridgeRules).Trim() == path.BridgeRules);
        return same;
    }
}
