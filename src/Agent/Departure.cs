using Orch.Contracts.Machine;

namespace Orch.Agent;

/// <summary>
/// Forgets the cluster: certificate, identity, journal. The identity file goes last, so that a crash in between is
/// repeated by the next start instead of leaving half a member.
/// </summary>
internal static class Departure
{
    public static void Forget(MachinePaths paths)
    {
        _ = MemoryFolder.Unmount(paths.FilesDir);
        if (Directory.Exists(paths.AgentDir))
            Directory.Delete(paths.AgentDir, recursive: true);
        if (Directory.Exists(paths.TlsDir))
            Directory.Delete(paths.TlsDir, recursive: true);
        File.Delete(paths.NodeFile);
        DurableFile.FlushDirectory(paths.DataRoot);
    }
}
