using System.Diagnostics;

namespace Orch.Tests.Manager.Store;

/// <summary>What a child said and how it ended.</summary>
internal sealed record ChildResult(int ExitCode, string[] Lines, string Errors)
{
    /// <summary>The highest revision that the child reported as acknowledged.</summary>
    public ulong Acknowledged => Lines.Where(line => line.StartsWith("ack ", StringComparison.Ordinal))
        .Select(line => ulong.Parse(line.AsSpan(4))).DefaultIfEmpty().Max();
}

/// <summary>Runs this assembly as a child, plain or under another program.</summary>
internal static class ChildProcess
{
    public static string[] Command(params string[] args) =>
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "exec",
            typeof(ChildProcess).Assembly.Location, "log", .. args];

    public static Process Start(string[] command, string? failpoints = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ORCH_FAILPOINTS"] = failpoints;
        return Process.Start(start)!;
    }

    public static async Task<ChildResult> RunAsync(string[] command, string? failpoints = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var child = Start(command, failpoints);
        try
        {
            var errors = child.StandardError.ReadToEndAsync(deadline.Token);
            var output = await child.StandardOutput.ReadToEndAsync(deadline.Token);
            await child.WaitForExitAsync(deadline.Token);
            return new ChildResult(
                child.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries), await errors);
        }
        finally
        {
            child.Kill(entireProcessTree: true);
        }
    }
}
