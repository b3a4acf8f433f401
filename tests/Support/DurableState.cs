using System.Globalization;
using System.Text;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Tests.Support;

/// <summary>
/// The part of a state that the log must give back, as text: two states are the same to users exactly when this is the
/// same. Left out is what only a leader's memory holds (steps on the way to running, nodes that it has not heard of yet).
/// </summary>
public static class DurableState
{
    public static string Of(ClusterState state)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"revision {state.Revision}\n");
        var lines = new List<string>();
        foreach (var item in SnapshotCodec.Write(state).Where(item => item.Kind is not (1 or 3 or 6)))
            lines.Add($"item {item.Kind} {Encoding.UTF8.GetString(item.Payload)}");
        foreach (var node in state.Nodes.Values)
            lines.Add(Of(node));
        foreach (var (service, tasks) in state.TasksByService.Entries)
        {
            foreach (var slot in tasks.Slots)
                lines.Add($"slot {service} {slot}: {string.Join(' ', tasks.In(slot))}");
        }
        foreach (var task in state.Tasks.Values)
            lines.Add(Of(task));
        foreach (var (node, tasks) in state.TasksByNode.Entries)
            lines.Add($"on {node}: {string.Join(' ', tasks.Keys.Order())}");
        foreach (var (name, id) in state.FilesByName.Entries)
            lines.Add($"file {name.Kind} {name.Name} is {id}");
        foreach (var (file, users) in state.FileUsers.Entries)
            lines.Add($"file {file} superseded {state.SupersededFiles.Contains(file)} for {string.Join(' ', users.Keys.Order())}");
        foreach (var (network, book) in state.AddressBooks.Entries)
            lines.Add($"network {network} uses {book.Used} of {book.Capacity}, {book.Tasks} by tasks");
        foreach (var (network, users) in state.NetworkUsers.Entries)
            lines.Add($"network {network} for {string.Join(' ', users.Keys.Order())}");
        foreach (var (service, networks) in state.TaskNetworks.Entries)
            lines.AddRange(networks.Entries.Select(on => $"tasks of {service} on {on.Key}: {on.Value}"));
        lines.Sort(StringComparer.Ordinal);
        return text.AppendJoin('\n', lines).ToString();
    }

    private static string Of(Node node) =>
        $"node {node.Id} {node.Spec.Role} {node.Spec.Availability} {node.Address} {node.Description.Hostname} "
        + $"{node.Description.NanoCpus} {node.Description.MemoryBytes} {node.Description.EngineProblem}";

    private static string Of(TaskRecord task)
    {
        var ended = task.State.IsTerminal() ? $"{task.State} {task.Status.ExitCode} {task.Status.Error}" : "";
        var stamps = string.Join(',', (task.Restarts.InWindow ?? []).Select(at => at.UnixNanos));
        return $"task {task.Id} {task.ServiceId} {task.Slot} v{task.Spec.Version} on {task.NodeId} {task.Desired} "
            + $"not before {task.NotBefore.UnixNanos} since {task.RunningSince.UnixNanos} "
            + $"{task.Restarts.Streak}/{task.Restarts.Attempts}/{stamps} {ended} "
            + $"at {string.Join(' ', task.Addresses.Select(at => $"{at.Network} {at.Address}"))}";
    }
}
