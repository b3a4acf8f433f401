using System.Globalization;

namespace Orch.Core.Scheduling.Filters;

/// <summary>
/// What is reserved fits into what is not reserved yet; real use does not count. Nothing is asked of a node for a
/// resource that the task does not reserve, however overcommitted it is.
/// </summary>
internal sealed class ResourceFilter : PlacementFilter
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public override string Explain(int nodes) => On("insufficient resources", nodes);
    public override bool Concerns(Requirement need) => need.Cpu > 0 || need.Memory > 0 || need.Generic.Length > 0;

    public override bool Admits(NodeTable nodes, int node, Requirement need) =>
        (need.Cpu == 0 || nodes.FreeCpu[node] >= need.Cpu)
        && (need.Memory == 0 || nodes.FreeMemory[node] >= need.Memory)
        && (need.Generic.Length == 0 || HasGeneric(nodes[node], need.Generic));

    public override string Hint(NodeBits refused, NodeTable nodes, Requirement need)
    {
        var parts = new List<string>();
        if (need.Cpu > 0)
            parts.Add($"{Cpus(need.Cpu)} CPU{AtMost(Cpus(Most(refused, node => nodes.FreeCpu[node])))}");
        if (need.Memory > 0)
            parts.Add($"{Bytes(need.Memory)} memory{AtMost(Bytes(Most(refused, node => nodes.FreeMemory[node])))}");
        foreach (var generic in need.Generic.Where(generic => generic.Name is null))
        {
            var free = Most(refused, node => nodes[node].FreeGeneric(generic.Kind));
            parts.Add($"{generic.Amount} {generic.Kind}{AtMost(free.ToString(CultureInfo.InvariantCulture))}");
        }
        parts.AddRange(need.Generic.Where(generic => generic.Name is not null).Select(g => $"{g.Kind} {g.Name}"));
        return "reserves " + string.Join(", ", parts);

        static string AtMost(string free) => $" (at most {free} free on one node)";
    }

    /// <summary>The sum over a kind must fit too: two requests may name the same one.</summary>
    private static bool HasGeneric(NodeRow row, GenericNeed[] needs)
    {
        foreach (var need in needs)
        {
            if (!row.Has(need) || row.FreeGeneric(need.Kind) < needs.Where(n => n.Kind == need.Kind).Sum(n => n.Amount))
                return false;
        }
        return true;
    }

    private static long Most(NodeBits nodes, Func<int, long> free)
    {
        var most = 0L;
        for (var node = nodes.Next(0); node >= 0; node = nodes.Next(node + 1))
            most = Math.Max(most, free(node));
        return most;
    }

    private static string Cpus(long nano) => (nano / 1e9).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        return value.ToString("0.##", CultureInfo.InvariantCulture) + Units[unit];
    }
}
