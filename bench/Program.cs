using Orch.Bench;

// One line per benchmark: `make bench` runs them by name.
var benches = new SortedDictionary<string, Func<string[], Task>>(StringComparer.Ordinal)
{
    ["cluster"] = ClusterBench.RunAsync,
    ["dataplane"] = DataplaneBench.RunAsync,
    ["dns"] = DnsBench.RunAsync,
    ["endpoints"] = EndpointBench.RunAsync,
    ["log"] = LogBench.RunAsync,
    ["net"] = NetBench.RunAsync,
    ["rolling"] = RollingBench.RunAsync,
    ["startup"] = StartupBench.RunAsync,
    ["writes"] = WritesBench.RunAsync,
    ["writer"] = options => Run(WriterBench.Run, options),
    ["scheduler"] = options => Run(SchedulerBench.Run, options),
};

if (args.Length == 0 || !benches.TryGetValue(args[0], out var bench))
{
    Console.Error.WriteLine($"usage: orch-bench {string.Join('|', benches.Keys)} [options]");
    return 2;
}
await bench(args[1..]);
return 0;

static Task Run(Action<string[]> bench, string[] options)
{
    bench(options);
    return Task.CompletedTask;
}
