namespace Orch.Core.Leading;

/// <summary>What it would mean to lose a manager now, in words for people.</summary>
public static class ManagerLoss
{
    /// <summary>
    /// Standbys: managers that do not lead and are heard, this one included if it is one of them. Shared: the store is not on a manager's
    /// own disk.
    /// </summary>
    public static string Words(bool leads, bool isHeard, int standbys, bool shared)
    {
        if (!shared)
            return "nothing can be changed until it is back; what runs goes on. The cluster's state is on its disk alone: keep a backup";
        if (leads)
            return standbys > 0 ? "another manager leads within about 1.5 s; what runs goes on"
                : "nobody can take over: nothing can be changed until a manager is back; what runs goes on";
        if (!isHeard)
            return "it is not heard now; nothing more is lost with it";
        return standbys > 1 ? "its clients and agents go to the others; what runs goes on"
            : "its clients and agents go to the leader, for which nobody would stand by any more; what runs goes on";
    }
}
