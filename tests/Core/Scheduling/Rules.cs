using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Tests.Core.Scheduling;

/// <summary>The placement rules read slowly and directly: what the fast scheduler is held against.</summary>
internal static class Rules
{
    /// <summary>Why the node may not take one more task of the spec; null when it may.</summary>
    public static string? Refuse(Node? node, TaskSpec spec, IEnumerable<TaskRecord> held)
    {
        if (node is null || !node.TakesNewTasks)
            return "not available";
        var placement = spec.Template.Placement ?? new Placement();
        if ((placement.Constraints ?? []).Find(constraint => !Holds(node, constraint)) is { } broken)
            return broken;
        var here = held.Where(task => task.NodeId == node.Id).ToList();
        if (!HasRoom(node.Description.NanoCpus, here, spec, reserved => reserved?.NanoCPUs ?? 0)
            || !HasRoom(node.Description.MemoryBytes, here, spec, reserved => reserved?.MemoryBytes ?? 0))
            return "no room";
        if (here.SelectMany(task => task.Spec.FixedHostPorts).Select(PortKey.Of)
            .Intersect(spec.FixedHostPorts.Select(PortKey.Of)).Any())
            return "port in use";
        var replicas = here.Count(task => task.IsAlive && task.ServiceId == spec.ServiceId);
        return placement.MaxReplicas is > 0 and var most && (ulong)replicas >= most ? "too many replicas" : null;
    }

    private static bool HasRoom(long total, List<TaskRecord> here, TaskSpec spec, Func<Reservations?, long> amount)
    {
        var need = amount(spec.Template.Resources?.Reservations);
        return need == 0 || here.Sum(task => amount(task.Spec.Template.Resources?.Reservations)) + need <= total;
    }

    private static bool Holds(Node node, string constraint)
    {
        var parts = constraint.Split("==") is { Length: 2 } equal ? equal : constraint.Split("!=");
        var has = parts[0] == "node.hostname"
            ? node.Description.Hostname
            : node.Spec.Labels!.GetValueOrDefault(parts[0]["node.labels.".Length..]);
        return string.Equals(has, parts[1], StringComparison.OrdinalIgnoreCase) == constraint.Contains("==");
    }
}
