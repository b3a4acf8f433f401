using System.Diagnostics;

namespace Orch.Tests.Manager.Store;

/// <summary>A test that needs a program of the system, and says so where that cannot run.</summary>
public sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] command)
    {
        if (!Runs(command))
            Skip = $"'{string.Join(' ', command)}' does not run here.";
    }

    private static bool Runs(string[] command)
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
