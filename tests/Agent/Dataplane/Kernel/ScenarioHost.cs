namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>The child process: one scenario, in the network namespace that it was started in.</summary>
internal static class ScenarioHost
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    public static int Run(string name)
    {
        // The namespaces live as long as this process; our parent's end, however it comes, closes the input.
        new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
            }
            Environment.Exit(3);
        })
        { IsBackground = true }.Start();
        using var limit = new Timer(_ => Environment.FailFast($"{name} does not end"), null, Longest, Timeout.InfiniteTimeSpan);
        try
        {
            RunAsync(Scenarios.All[name], name == Scenarios.Short ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(1)).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    private static async Task RunAsync(Func<Machine, Task> scenario, TimeSpan period)
    {
        await using var machine = new Machine(period);
        await scenario(machine);
    }
}
