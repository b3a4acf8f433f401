using System.ComponentModel;
using System.Diagnostics;

namespace Orch.Agent.Dataplanes;

/// <summary>Loads what the kernel does not load by itself when it is asked for.</summary>
internal static class KernelModule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>False when it cannot be loaded, for whatever reason.</summary>
    public static bool Load(string name)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("modprobe", [name]) { RedirectStandardError = true });
            return process is not null && process.WaitForExit(Patience) && process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
