using System.Globalization;

namespace Orch.Agent.Engine;

/// <summary>The engine's answers as the agent's types.</summary>
internal static class WireMapping
{
    public static ContainerState ToState(this WireContainer wire) => new()
    {
        Id = wire.Id ?? "",
        Name = (wire.Name ?? "").TrimStart('/'),
        Status = Status(wire.State),
        Health = wire.State?.Health?.Status switch
        {
            "starting" => ContainerHealth.Starting,
            "healthy" => ContainerHealth.Healthy,
            "unhealthy" => ContainerHealth.Unhealthy,
            _ => ContainerHealth.None,
        },
        ExitCode = wire.State?.ExitCode ?? 0,
        OutOfMemory = wire.State?.OOMKilled ?? false,
        Error = wire.State?.Error ?? "",
        Pid = wire.State?.Pid ?? 0,
        StartedAt = UnixNanos(wire.State?.StartedAt),
        FinishedAt = UnixNanos(wire.State?.FinishedAt),
        Labels = wire.Config?.Labels ?? [],
        Tty = wire.Config?.Tty ?? false,
        Ports = Ports(wire.NetworkSettings?.Ports),
    };

    public static EngineInfo ToInfo(this WireInfo wire) => new()
    {
        Hostname = wire.Name ?? "",
        Architecture = wire.Architecture ?? "",
        Os = wire.OSType ?? "linux",
        NanoCpus = wire.NCPU * 1_000_000_000L,
        MemoryBytes = wire.MemTotal,
        Version = wire.ServerVersion ?? "",
        LiveRestore = wire.LiveRestoreEnabled,
        SwarmState = wire.Swarm?.LocalNodeState ?? "",
        Labels = Pairs(wire.Labels),
        Plugins = [.. from kind in wire.Plugins ?? [] from name in kind.Value ?? [] select (kind.Key, name)],
        GenericCounts = [.. (wire.GenericResources ?? []).Select(r => r.DiscreteResourceSpec)
            .Where(d => d?.Kind is not null).Select(d => (d!.Kind!, d.Value))],
        GenericNames = [.. (wire.GenericResources ?? []).Select(r => r.NamedResourceSpec)
            .Where(n => n is { Kind: not null, Value: not null }).Select(n => (n!.Kind!, n.Value!))],
    };

    /// <summary>Null for an event nobody here waits for.</summary>
    public static EngineEvent? ToEvent(this WireEvent wire)
    {
        var attributes = wire.Actor?.Attributes ?? [];
        if (wire.Type == "image")
            return new(EngineEventKind.ImagesChanged, "", attributes, wire.TimeNano);
        EngineEventKind? kind = wire.Action switch
        {
            "start" => EngineEventKind.Started,
            "die" => EngineEventKind.Died,
            "oom" => EngineEventKind.OutOfMemory,
            "destroy" => EngineEventKind.Destroyed,
            "health_status: healthy" => EngineEventKind.Healthy,
            "health_status: unhealthy" => EngineEventKind.Unhealthy,
            _ => null,
        };
        if (kind is null || wire.Type != "container" || wire.Actor?.Id is not { } id)
            return null;
        _ = int.TryParse(attributes.GetValueOrDefault("exitCode"), CultureInfo.InvariantCulture, out var code);
        return new(kind.Value, id, attributes, wire.TimeNano, code);
    }

    private static ContainerStatus Status(WireState? state) => state?.Status switch
    {
        "created" => ContainerStatus.Created,
        "running" or "paused" or "restarting" => ContainerStatus.Running,
        null or "" => state is { Running: true } ? ContainerStatus.Running : ContainerStatus.Created,
        _ => ContainerStatus.Exited,
    };

    private static IReadOnlyList<EnginePort> Ports(Dictionary<string, List<WireBinding>?>? ports)
    {
        var bound = new HashSet<EnginePort>();
        foreach (var (key, bindings) in ports ?? [])
        {
            // "80/tcp"; one binding for each address family, with the same port unless the engine chose it.
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            var target = slash < 0 ? key : key[..slash];
            if (bindings is [{ HostPort: { } published }, ..]
                && uint.TryParse(target, CultureInfo.InvariantCulture, out var inside)
                && uint.TryParse(published, CultureInfo.InvariantCulture, out var outside))
                bound.Add(new(slash < 0 ? "tcp" : key[(slash + 1)..], inside, outside));
        }
        return [.. bound.OrderBy(p => p.Target).ThenBy(p => p.Protocol, StringComparer.Ordinal)];
    }

    private static Dictionary<string, string> Pairs(List<string>? labels)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var label in labels ?? [])
        {
            var equals = label.IndexOf('=', StringComparison.Ordinal);
            pairs[equals < 0 ? label : label[..equals]] = equals < 0 ? "" : label[(equals + 1)..];
        }
        return pairs;
    }

    /// <summary>The engine writes year 1 for "never".</summary>
    private static long UnixNanos(DateTimeOffset? time) =>
        time is { Year: > 1970 } t ? (t.UtcTicks - DateTime.UnixEpoch.Ticks) * 100 : 0;
}
