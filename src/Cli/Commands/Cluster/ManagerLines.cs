using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Cluster;

/// <summary>The managers in the status, where there are several.</summary>
internal static class ManagerLines
{
    public static void Write(Invocation call, IReadOnlyList<ManagerHealthView> managers)
    {
        if (managers.Count < 2)
            return;
        call.Out.WriteLine("\nManagers:");
        foreach (var manager in managers)
        {
            call.Out.WriteLine($"  {manager.Hostname} at {manager.Addr}: {Standing(manager)}");
            call.Out.WriteLine($"    if it is lost, {manager.IfLost}.");
        }
    }

    private static string Standing(ManagerHealthView manager) => manager switch
    {
        { Leader: true } => "leads",
        { Reachability: "reachable", Behind: 0 or null } => "stands by",
        { Reachability: "reachable" } => $"stands by, {manager.Behind} revisions behind",
        _ => manager.Reachability,
    };
}
