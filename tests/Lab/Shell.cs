using System.ComponentModel;
using System.Diagnostics;

namespace Orch.Testing;

/// <summary>Runs a program to its end. A program that does not end in time is killed with all its children.</summary>
internal static class Shell
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public static async Task<ExecResult> RunAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment,
        string? input = null, TimeSpan? timeout = null, CancellationToken cancel = default)
    {
        using var process = new Process { StartInfo = Describe(command, environment) };
        var text = string.Join(' ', command);
        Start(process, text);

        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var ended = EndAsync(process, input, output, error);
        try
        {
            await ended.WaitAsync(timeout ?? DefaultTimeout, cancel);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            if (e is OperationCanceledException) throw;
            throw new TimeoutException($"'{text}' did not end within {timeout ?? DefaultTimeout}.", e);
        }
        return new ExecResult(text, process.ExitCode, await output, await error);
    }

    private static async Task EndAsync(Process process, string? input, Task output, Task error)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code tells the story.
        }
        await Task.WhenAll(output, error);
        await process.WaitForExitAsync();
    }

    private static ProcessStartInfo Describe(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        info.Environment.Clear();
        foreach (var (key, value) in environment) info.Environment[key] = value;
        return info;
    }

    private static void Start(Process process, string text)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new LabException($"Cannot start '{text}': {e.Message}", e);
        }
    }
}
