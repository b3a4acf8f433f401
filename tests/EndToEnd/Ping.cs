namespace Orch.Tests.EndToEnd;

/// <summary>Whether packets get from one machine to another and back.</summary>
internal static class Ping
{
    public static async Task<bool> ReachesAsync(LabMachine from, LabMachine to) =>
        (await from.ExecAsync("busybox", "ping", "-c1", "-W1", to.Name)).ExitCode == 0;
}
