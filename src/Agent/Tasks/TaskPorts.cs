using Orch.Agent.Engine;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>Host-mode ports: what is asked of the engine, and what it bound.</summary>
internal static class TaskPorts
{
    /// <summary>The manager's word counts; a spec with host ports it said nothing about is taken as it is written.</summary>
    public static IReadOnlyList<EnginePort> Wanted(TaskAssignment assignment, TaskSpec spec)
    {
        if (assignment.HostPorts.Count > 0)
            return [.. assignment.HostPorts.Select(p => new EnginePort(Protocol(p.Protocol), p.TargetPort, p.PublishedPort_))];
        return [.. (spec.Endpoint?.Ports ?? []).Where(p => p is { PublishMode: "host", TargetPort: > 0 })
            .Select(p => new EnginePort(Protocol(p.Protocol), p.TargetPort!.Value, p.PublishedPort ?? 0))];
    }

    public static IEnumerable<PublishedPort> Bound(LocalTask task)
    {
        if (task.Container is not { Ports.Count: > 0 } container || task.Assignment is null)
            yield break;
        foreach (var port in container.Ports.Where(p => p.Published != 0))
        {
            yield return new()
            {
                Name = Name(task, port),
                Protocol = port.Protocol,
                TargetPort = port.Target,
                PublishedPort_ = port.Published,
            };
        }
    }

    private static string Name(LocalTask task, EnginePort port) =>
        task.Assignment!.HostPorts.FirstOrDefault(p => p.TargetPort == port.Target)?.Name
        ?? task.Spec?.Endpoint?.Ports?.FirstOrDefault(p => p.TargetPort == port.Target)?.Name ?? "";

    private static string Protocol(string? protocol) => string.IsNullOrEmpty(protocol) ? "tcp" : protocol;
}
