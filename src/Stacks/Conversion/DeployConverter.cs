using System.Globalization;
using Orch.Core.Model.Specs;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>What stands under <c>deploy</c>, and the older keys of a service that say the same.</summary>
internal static class DeployConverter
{
    public static ServiceMode Mode(MapNode service, MapNode? deploy)
    {
        var replicas = deploy.Count("replicas") ?? service.Count("scale");
        return deploy.Text("mode") switch
        {
            "global" => new() { Global = new() },
            "global-job" => new() { GlobalJob = new() },
            "replicated-job" => new() { ReplicatedJob = new() { MaxConcurrent = replicas, TotalCompletions = replicas } },
            _ => new() { Replicated = new() { Replicas = replicas } },
        };
    }

    /// <summary>Zero durations are left out, as Docker leaves them out; a deadline of zero is one: none.</summary>
    public static UpdateConfig? Update(MapNode? config) => config is null ? null : new()
    {
        Parallelism = config.Count("parallelism") ?? 1,
        Delay = NonZero(config.Nanos("delay")),
        FailureAction = config.Text("failure_action"),
        Monitor = NonZero(config.Nanos("monitor")),
        MaxFailureRatio = config.Double("max_failure_ratio") ?? 0,
        Order = config.Text("order"),
        ProgressDeadline = config.Nanos("progress_deadline"),
    };

    public static ResourceRequirements Resources(MapNode service, MapNode? deploy)
    {
        var resources = deploy.Map("resources");
        var (limits, reservations) = (resources.Map("limits"), resources.Map("reservations"));
        var limit = new Limits
        {
            NanoCPUs = limits.NanoCpus("cpus") ?? service.NanoCpus("cpus"),
            MemoryBytes = limits.Long("memory") ?? service.Long("mem_limit"),
            Pids = limits.Long("pids") ?? service.Long("pids_limit"),
        };
        var reservation = new Reservations
        {
            NanoCPUs = reservations.NanoCpus("cpus"),
            MemoryBytes = reservations.Long("memory") ?? service.Long("mem_reservation"),
            GenericResources = Generic(reservations),
        };
        return new()
        {
            Limits = limit is { NanoCPUs: null, MemoryBytes: null, Pids: null } ? null : limit,
            Reservations = reservation is { NanoCPUs: null, MemoryBytes: null, GenericResources: null } ? null : reservation,
        };
    }

    private static List<GenericResource>? Generic(MapNode? reservations)
    {
        List<GenericResource> resources = [.. reservations.Maps("generic_resources").Select(item => item.Map("discrete_resource_spec"))
            .Select(spec => new GenericResource { DiscreteResourceSpec = new() { Kind = spec.Text("kind"), Value = spec.Long("value") ?? 0 } })];
        return resources.Count == 0 ? null : resources;
    }

    /// <summary>deploy.restart_policy, else the older <c>restart</c>.</summary>
    public static RestartPolicy? Restart(MapNode service, MapNode? deploy)
    {
        if (deploy.Map("restart_policy") is { } policy)
            return new()
            {
                Condition = policy.Text("condition"),
                Delay = policy.Nanos("delay"),
                MaxAttempts = policy.Count("max_attempts"),
                Window = policy.Nanos("window"),
            };
        return service.Text("restart") switch
        {
            null => null,
            "no" => new() { Condition = "none" },
            "always" or "unless-stopped" => new() { Condition = "any" },
            var text => new() { Condition = "on-failure", MaxAttempts = text.Length > 11 ? ulong.Parse(text[11..], CultureInfo.InvariantCulture) : 0 },
        };
    }

    public static Placement Placement(MapNode service, MapNode? deploy)
    {
        var placement = deploy.Map("placement");
        List<PlacementPreference> preferences = [.. placement.Maps("preferences")
            .Select(item => new PlacementPreference { Spread = new() { SpreadDescriptor = item.Text("spread") } })];
        return new()
        {
            Constraints = placement.Texts("constraints"),
            Preferences = preferences.Count == 0 ? null : preferences,
            MaxReplicas = placement.Count("max_replicas_per_node") is > 0 and var most ? most : null,
            Platforms = service.Text("platform") is { } platform ? [Platform(platform)] : null,
        };
    }

    /// <summary>OS/ARCHITECTURE[/VARIANT].</summary>
    private static PlatformSpec Platform(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 1 ? new() { OS = "linux", Architecture = parts[0] } : new() { OS = parts[0], Architecture = parts[1] };
    }

    public static EndpointSpec Endpoint(MapNode service, MapNode? deploy)
    {
        List<PortConfig> ports = [.. service.Maps("ports").Select(port => new PortConfig
        {
            Name = port.Text("name"),
            Protocol = port.Text("protocol"),
            TargetPort = port.UInt("target"),
            PublishedPort = port.UInt("published"),
            PublishMode = port.Text("mode"),
        }).OrderBy(port => port.PublishedPort ?? 0)];
        return new() { Mode = deploy.Text("endpoint_mode"), Ports = ports.Count == 0 ? null : ports };
    }

    private static long? NonZero(long? value) => value is 0 ? null : value;
}
