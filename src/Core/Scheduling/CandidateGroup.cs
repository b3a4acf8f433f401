namespace Orch.Core.Scheduling;

/// <summary>
/// Nodes to choose from, and the best of them. A rank is one number: fewest tasks of the service, then fewest tasks,
/// then the node that joined first; the node is in its low bits.
/// </summary>
internal abstract class CandidateGroup
{
    public const long None = long.MaxValue;
    private const int NodeBitCount = 22;
    private const int TaskBitCount = 21;

    /// <summary>The rank of the best node; <see cref="None"/> when nothing is left.</summary>
    public long Best { get; protected set; } = None;

    /// <summary>Tasks of the service in this group, for spreading.</summary>
    public int Tasks { get; set; }

    public int BestNode => (int)(Best & ((1 << NodeBitCount) - 1));

    /// <summary>The best node took a task: find the best again.</summary>
    public abstract void Took();

    public static long Rank(int ofService, int ofAll, int node) =>
        (long)Math.Min(ofService, (1 << 20) - 1) << (NodeBitCount + TaskBitCount)
        | (long)Math.Min(ofAll, (1 << TaskBitCount) - 1) << NodeBitCount
        | (uint)node;
}
