using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>
/// What the tasks of one service version run: one object shared by all of them, so a million tasks cost no million
/// templates. Version is the revision of the event that brought it; tasks of another version are outdated.
/// </summary>
public sealed class TaskSpec
{
    public required ServiceId ServiceId { get; init; }
    public required ulong Version { get; init; }
    public required string ServiceName { get; init; }
    public required TaskTemplate Template { get; init; }
    public EndpointSpec? Endpoint { get; init; }
    public Dictionary<string, string>? ServiceLabels { get; init; }

    /// <summary>Which run of a job its tasks belong to, counted from 0; null for services that are no jobs.</summary>
    public ulong? JobIteration { get; init; }

    /// <summary>
    /// The restart policy in force: a job's task that succeeded is done, so there "any" means on-failure.
    /// </summary>
    [JsonIgnore]
    public RestartPolicy? Restart => JobIteration is null || Template.RestartPolicy?.Condition is "none" or "on-failure"
        ? Template.RestartPolicy : (Template.RestartPolicy ?? new()) with { Condition = "on-failure" };

    /// <summary>The cluster's networks that it names (see <see cref="NetworkOrder"/>). The engine's own (host, none, bridge) have no ids.</summary>
    public ImmutableArray<NetworkId> Networks => _networks.IsDefault ? _networks = NetworkIds(Template.Networks) : _networks;
    private ImmutableArray<NetworkId> _networks;

    /// <summary>It publishes a port on every node.</summary>
    public bool PublishesIngress => Endpoint?.Ports is { Count: > 0 } ports && ports.Exists(port => port.IsIngress);

    /// <summary>Equal for two versions whose containers would be the same (see <see cref="SpecFingerprint"/>).</summary>
    public UInt128 Fingerprint => _fingerprint ??= SpecFingerprint.Of(Template, Endpoint);
    private UInt128? _fingerprint;

    /// <summary>Host-mode ports with a fixed number: what two tasks of a node cannot share.</summary>
    public IEnumerable<PortConfig> FixedHostPorts =>
        (Endpoint?.Ports ?? []).Where(port => port is { PublishMode: "host", PublishedPort: > 0 });

    private static ImmutableArray<NetworkId> NetworkIds(List<NetworkAttachment>? networks)
    {
        if (networks is not { Count: > 0 })
            return [];
        var ids = new List<NetworkId>(networks.Count);
        foreach (var network in networks)
        {
            if (Ids.TryParse<NetworkId>(network.Target, out var id))
                ids.Add(id);
        }
        return [.. NetworkOrder.Sorted(ids)];
    }
}
