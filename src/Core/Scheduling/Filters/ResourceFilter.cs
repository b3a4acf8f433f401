using System.Globalization;
using Orch.Core.Model;

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

    /// <summary>
    /// Names what is reserved, and the largest node where none is large enough even when empty. Not what is free at the
    /// moment: a waiting task's words should change when its situation does, not with every other task.
    /// </summary>
    public override string Hint(NodeBits refused, NodeTable nodes, Requirement need)
    {
        var parts = new List<string>();
        if (need.Cpu > 0)
            parts.Add($"{Cpus(need.Cpu)} CPU" + Largest(need.Cpu, Most(nodes, about => about.NanoCpus), Cpus));
        if (need.Memory > 0)
        {
            var largest = Largest(need.Memory, Most(nodes, about => about.MemoryBytes), Bytes);
            parts.Add($"{Bytes(need.Memory)} memory{largest}");
        }
        foreach (var generic in need.Generic)
            parts.Add(generic.Name is null ? $"{generic.Amount} {generic.Kind}" : $"{generic.Kind} '{generic.Name}'");
        return "reserves " + string.Join(", ", parts);
    }

    private static string Largest(long need, long most, Func<long, string> word) =>
        most < need ? $" (the largest node has {word(most)})" : "";

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

    private static long Most(NodeTable nodes, Func<NodeDescription, long> amount)
    {
        var most = 0L;
        for (var node = nodes.Known.Next(0); node >= 0; node = nodes.Known.Next(node + 1))
            most = Math.Max(most, amount(nodes[node].Node!.Description));
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
