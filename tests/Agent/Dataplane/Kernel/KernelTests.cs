using System.Diagnostics;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>
/// The data plane in a real kernel: each scenario in a process with a network namespace of its own, so that neither this
/// machine's network nor another test's is touched, and nothing can stay behind.
/// </summary>
public sealed class KernelTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [KernelTheory]
    [MemberData(nameof(Names))]
    public async Task A_real_kernel_does_as_the_book_says(string scenario)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "unshare", ["--net", "--", "dotnet", "exec", typeof(KernelTests).Assembly.Location, "dataplane", scenario])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            process.StandardInput.Close(); // it ends with its input
        }
        Assert.True(process.ExitCode == 0, $"{scenario}:\n{await output}\n{await error}");
    }
}
