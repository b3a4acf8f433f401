using System.Diagnostics;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// How long a person waits for a command on the local socket, from the start of its process to the end, beside Docker's
/// client on the same machine in turn. Options: runs of each (40).
/// </summary>
internal static class StartupBench
{
    public static async Task RunAsync(string[] options)
    {
        var runs = options.Length > 0 ? int.Parse(options[0], null) : 40;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 1, Label = "startup" });
        using var orch = new OrchMachine(lab["n1"]);
        await orch.InitAsync();
        for (var service = 0; service < 10; service++)
            await orch.OkAsync("service", "create", "-d", "--name", $"s{service}", "--replicas", service == 0 ? "1" : "0", "sleeper");
        await orch.ConvergedAsync("s0");
        var (ours, engine) = ($"unix://{lab["n1"].RunDirectory}/orch/orch.sock", $"unix://{lab["n1"].EngineSocketPath}");
        (string Name, string[] Command)[] turns =
        [
            ("orch service ls", [OrchMachine.Program("orch"), "-H", ours, "service", "ls"]),
            ("orch --version", [OrchMachine.Program("orch"), "--version"]),
            ("docker service ls (of orch)", ["docker", "-H", ours, "service", "ls"]),
            ("docker version", ["docker", "-H", engine, "version"]),
            ("docker ps", ["docker", "-H", engine, "ps"]),
        ];
        var times = turns.ToDictionary(turn => turn.Name, _ => new List<double>());
        for (var run = -2; run < runs; run++)
        {
            foreach (var (name, command) in turns)
            {
                var took = await TimeAsync(command);
                if (run >= 0)
                    times[name].Add(took);
            }
        }
        foreach (var (name, list) in times)
        {
            list.Sort();
            Console.WriteLine($"{name,-28} ms: p50 {list[list.Count / 2],6:f1}  p90 {list[list.Count * 9 / 10],6:f1}  min {list[0],6:f1}  (n={list.Count})");
        }
    }

    private static async Task<double> TimeAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return process.ExitCode == 0 ? took : throw new InvalidOperationException($"{string.Join(' ', command)} ends with {process.ExitCode}");
    }
}
