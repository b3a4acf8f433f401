using Orch.Core.Model;
using Orch.Core.Scheduling.Filters;

namespace Orch.Core.Scheduling;

/// <summary>
/// Why tasks found no node. <see cref="Text"/> is Docker's sentence, which its clients and users know;
/// <see cref="Hint"/> adds what would help. Every node is counted under exactly one reason.
/// </summary>
public sealed record Explanation(string Text, string? Hint, IReadOnlyList<RefusalCount> Reasons)
{
    /// <summary>The text to show on a task.</summary>
    public override string ToString() => Hint is null ? Text : $"{Text}: {Hint}";

    internal static Explanation Of(
        NodeTable nodes, Requirement need, NodeBits among, ReadOnlySpan<PlacementFilter> filters)
    {
        var left = among.Copy();
        var found = new List<(RefusalCount Count, string? Hint)>();
        foreach (var filter in filters)
        {
            var refused = left.Copy();
            filter.Narrow(left, nodes, need);
            refused.ExceptWith(left);
            if (refused.Count is > 0 and var count)
                found.Add((new(filter.Explain(count), count), filter.Hint(refused, nodes, need)));
        }
        if (found.Count == 0)
            return new("no suitable node", among.IsEmpty ? "the cluster has no nodes" : null, []);
        var ordered = found.OrderByDescending(reason => reason.Count.Nodes).ToList();
        var hints = ordered.Select(reason => reason.Hint).OfType<string>().ToList();
        return new(
            $"no suitable node ({string.Join("; ", ordered.Select(reason => reason.Count.Reason))})",
            hints.Count == 0 ? null : string.Join("; ", hints),
            ordered.ConvertAll(reason => reason.Count));
    }
}

/// <summary>A reason in Docker's words and the number of nodes that it holds for.</summary>
public sealed record RefusalCount(string Reason, int Nodes);

/// <summary>
/// What <see cref="Scheduler.Place(TaskSpec, ReadOnlySpan{TaskId}, Timestamp)"/> decided: the first tasks it was given
/// have nodes, in order; if they are not all of them, Explanation says why.
/// </summary>
public sealed record PlaceResult(IReadOnlyList<Placed> Placed, Explanation? Explanation);

/// <summary>A task and the node chosen for it.</summary>
public readonly record struct Placed(TaskId Task, NodeId Node);

/// <summary>May a node run a task; if not, why.</summary>
public readonly record struct Verdict(Explanation? Refusal)
{
    public bool Admitted => Refusal is null;
}
