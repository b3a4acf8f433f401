using System.ComponentModel;
using System.Diagnostics;

namespace Orch.Cli.Doctor;

/// <summary>What the doctor looks at, so that a test can be any machine: files, and what programs say.</summary>
internal sealed record LocalMachine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The text of a file; null when there is none that can be read.</summary>
    public required Func<string, string?> Read { get; init; }

    /// <summary>Whether a file or directory is there.</summary>
    public required Func<string, bool> Has { get; init; }

    /// <summary>What a program said; null when there is no such program, or it did not end.</summary>
    public required Func<string, string[], Said?> Run { get; init; }
    public required bool IsRoot { get; init; }

    /// <summary>An agent serves this network namespace.</summary>
    public required bool HasAgent { get; init; }

    /// <summary>Names of the network interfaces.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }
    public bool HasNetworks => Interfaces.Any(name => name.StartsWith("or-", StringComparison.Ordinal));

    public static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static Said? RunProgram(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (process.WaitForExit(Patience))
                return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
            process.Kill();
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

internal sealed record Said(int Code, string Output, string Error = "");
