namespace Orch.Contracts.Machine;

/// <summary>Exit codes by which a daemon says that it must not be started again. Agent, manager and what keeps them running agree here.</summary>
public static class DaemonExit
{
    /// <summary>Starting it again changes nothing, before a person has put something right (sysexits' EX_CONFIG).</summary>
    public const int NeedsAPerson = 78;

    /// <summary>The machine was removed from its cluster and has nothing left to run.</summary>
    public const int LeftCluster = 79;
}
