namespace Orch.Contracts.Api;

/// <summary>
/// A manager as the one that answered knows it. Reachability is reachable, unreachable or unknown, as in Docker's node list;
/// Behind counts revisions that it has not read yet, null where that is not known. IfLost: what its loss would mean now.
/// </summary>
public sealed record ManagerHealthView
{
    public string ID { get; set; } = "";
    public string Hostname { get; set; } = "";
    public string Addr { get; set; } = "";
    public bool Leader { get; set; }
    public string Reachability { get; set; } = "";
    public ulong? Behind { get; set; }

    /// <summary>What is wrong with it; null when nothing is known to be.</summary>
    public string? Problem { get; set; }
    public string IfLost { get; set; } = "";
}
