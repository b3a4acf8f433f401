using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.Scheduling.Filters;

namespace Orch.Core.Scheduling;

/// <summary>
/// What one spec version asks of a node, read once: numbers instead of nullable members, and only those filters that
/// have something to say about it.
/// </summary>
internal sealed class Requirement
{
    public Requirement(TaskSpec spec, ServiceLoad load)
    {
        (Key, Load) = (new(spec.ServiceId, spec.Version), load);
        var reserved = spec.Template.Resources?.Reservations;
        Cpu = Math.Max(0, reserved?.NanoCPUs ?? 0);
        Memory = Math.Max(0, reserved?.MemoryBytes ?? 0);
        Generic = reserved?.GenericResources is { Count: > 0 } generic ? [.. generic.SelectMany(Needs)] : [];
        HostPorts = spec.Endpoint?.Ports is { Count: > 0 }
            ? [.. spec.FixedHostPorts.Select(PortKey.Of).Distinct()] : [];
        Plugins = spec.Template is { LogDriver: null, ContainerSpec.Mounts: null or { Count: 0 } }
            ? [] : PluginFilter.Required(spec);
        if (spec.Template.Placement is { } placement)
        {
            MaxReplicas = placement.MaxReplicas ?? 0;
            Platforms = placement.Platforms ?? [];
            Constraints = ReadConstraints(placement.Constraints);
            Spreads = placement.Preferences is { Count: > 0 } preferences
                ? [.. preferences.Select(Spread).OfType<string>()] : [];
        }
        Attribute = PlacementFilter.Concerned(PlacementFilter.ByAttribute, this);
        Usage = PlacementFilter.Concerned(PlacementFilter.ByUsage, this);
    }

    public SpecKey Key { get; }
    public ServiceLoad Load { get; }
    public long Cpu { get; }
    public long Memory { get; }
    public GenericNeed[] Generic { get; }

    public PortKey[] HostPorts { get; }
    public NodeAttribute[] Plugins { get; }
    public ulong MaxReplicas { get; }
    public IReadOnlyList<PlatformSpec> Platforms { get; } = [];
    public Constraint[] Constraints { get; } = [];

    /// <summary>Why a constraint cannot be read; then no node satisfies them.</summary>
    public string? ConstraintError { get; private set; }

    /// <summary>Index keys of the labels to spread over, outermost first.</summary>
    public string[] Spreads { get; } = [];
    public PlacementFilter[] Attribute { get; }
    public PlacementFilter[] Usage { get; }

    /// <summary>Tasks of this version that hold room; the requirement is kept while there are any.</summary>
    public int Held { get; set; }

    /// <summary>May this node take one more task, as far as what is in use there goes?</summary>
    public bool Fits(NodeTable nodes, int node)
    {
        foreach (var filter in Usage)
        {
            if (!filter.Admits(nodes, node, this))
                return false;
        }
        return true;
    }

    private static IEnumerable<GenericNeed> Needs(GenericResource resource)
    {
        if (resource.DiscreteResourceSpec is { Kind: { Length: > 0 } counted, Value: > 0 and var amount })
            yield return new(counted, amount, null);
        if (resource.NamedResourceSpec is { Kind: { Length: > 0 } kind, Value: { Length: > 0 } name })
            yield return new(kind, 1, name);
    }

    private static string? Spread(PlacementPreference preference) =>
        preference.Spread?.SpreadDescriptor is { } over && NodeAttribute.Canonical(over) is { } key ? key : null;

    private Constraint[] ReadConstraints(List<string>? texts)
    {
        if (texts is not { Count: > 0 })
            return [];
        var read = new Constraint[texts.Count];
        for (var i = 0; i < read.Length; i++)
        {
            if (!Constraint.TryParse(texts[i], out read[i]!, out var error))
            {
                ConstraintError = error;
                return [];
            }
        }
        return read;
    }
}

/// <summary>Where the live tasks of one service are, whatever their version.</summary>
internal sealed class ServiceLoad
{
    public CountMap Tasks { get; } = new();

    /// <summary>Versions of the service that are held or being placed.</summary>
    public int Versions { get; set; }
}
