using Orch.Bench;

// One line per benchmark: `make bench` runs them by name.
var benches = new SortedDictionary<string, Action<string[]>>(StringComparer.Ordinal)
{
    ["log"] = args => LogBench.RunAsync(args).GetAwaiter().GetResult(),
    ["scheduler"] = SchedulerBench.Run,
};

if (args.Length == 0 || !benches.TryGetValue(args[0], out var bench))
{
    Console.Error.WriteLine($"usage: orch-bench {string.Join('|', benches.Keys)} [options]");
    return 2;
}
bench(args[1..]);
return 0;
