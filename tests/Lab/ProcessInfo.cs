using System.Globalization;

namespace Orch.Testing;

/// <summary>A process found in a machine: pid inside, short name (15 characters at most) and command line.</summary>
public sealed record ProcessInfo(HostProcess HostProcess, int Pid, string Name, string CommandLine)
{
    internal static ProcessInfo? Read(int hostPid)
    {
        try
        {
            if (HostProcess.Find(hostPid) is not { } process) return null;
            string name = "", pid = "0";
            foreach (var line in File.ReadLines($"/proc/{hostPid}/status"))
            {
                if (line.StartsWith("Name:", StringComparison.Ordinal)) name = line[5..].Trim();
                // One column per namespace, from ours inwards: the second is the machine, a third its container.
                if (line.StartsWith("NSpid:", StringComparison.Ordinal) && line.Split('\t') is [_, _, var inner, ..])
                    pid = inner;
            }
            var command = File.ReadAllText($"/proc/{hostPid}/cmdline").Replace('\0', ' ').TrimEnd();
            return new ProcessInfo(process, int.Parse(pid, CultureInfo.InvariantCulture), name, command);
        }
        catch (IOException)
        {
            return null;   // ended meanwhile
        }
    }
}
