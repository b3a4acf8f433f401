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

    public static Farewell ShuttingDown => new()
    {
        Reason = Farewell.Types.Reason.ShuttingDown,
        Message = "this manager is stopping",
    };
}
