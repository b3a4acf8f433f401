using Orch.Contracts.Agent;

namespace Orch.Manager.Sessions;

/// <summary>The words with which a manager ends a session on purpose.</summary>
internal static class Farewells
{
    public static Farewell Removed => new()
    {
        Reason = Farewell.Types.Reason.NodeRemoved,
        Message = "this node was removed from the cluster",
    };

    public static Farewell Superseded => new()
    {
        Reason = Farewell.Types.Reason.Superseded,
        Message = "another session of this node took over",
    };

    /// <summary>Managers: HOST:PORT, the one to dial first first.</summary>
    public static Farewell ShuttingDown(IReadOnlyList<string> managers) => new()
    {
        Reason = Farewell.Types.Reason.ShuttingDown,
        Message = "this manager is stopping",
        Managers = { managers },
    };

    /// <summary>The same; empty where no leader is known: the agent asks the next of those it knows.</summary>
    public static Farewell NotLeader(IReadOnlyList<string> managers) => new()
    {
        Reason = Farewell.Types.Reason.NotLeader,
        Message = managers.Count > 0 ? "another manager leads" : "no manager is known to lead now",
        Managers = { managers },
    };
}
