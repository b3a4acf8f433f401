using System.Globalization;
using Orch.Agent.Networks;
using Orch.Agent.Tasks;
using Orch.Core.Model.Specs;

namespace Orch.Agent.Engine;

/// <summary>
/// A task as the engine's create request. Says nothing where the spec says nothing, so that the engine's and the image's
/// own defaults hold, as they do under Swarm.
/// </summary>
public static class ContainerMapper
{
    public static ContainerCreate Map(ContainerRequest request)
    {
        var spec = request.Template.ContainerSpec ?? new ContainerSpec();
        return new()
        {
            Image = spec.Image,
            Hostname = Text(spec.Hostname),
            User = Text(spec.User),
            ExposedPorts = request.HostPorts.Count == 0
                ? null
                : request.HostPorts.Select(PortKey).Distinct().ToDictionary(key => key, _ => new EmptyObject()),
            Tty = spec.TTY,
            OpenStdin = spec.OpenStdin,
            Env = List([.. spec.Env ?? [], .. ResourceVariables(request)]),
            Cmd = List(spec.Args),
            Entrypoint = List(spec.Command),
            WorkingDir = Text(spec.Dir),
            Healthcheck = spec.Healthcheck,
            StopSignal = Text(spec.StopSignal),
            StopTimeout = (int)Math.Min(int.MaxValue, Math.Ceiling(spec.Grace().TotalSeconds)),
            Labels = Labels(request, spec),
            HostConfig = WithOptions(Host(request, spec), spec.HostConfig),
            NetworkingConfig = TaskEndpoints.Config(request.Addresses),
        };
    }

    private static HostConfig Host(ContainerRequest request, ContainerSpec spec)
    {
        var limits = request.Template.Resources?.Limits;
        var memory = MemoryLimits.Of(request.Template.Resources);

        // A container on the cluster's networks asks our name server, by a file that says the same.
        var own = request.Addresses.IsEmpty;
        return new()
        {
            NetworkMode = request.Addresses is [var primary, ..] ? TaskEndpoints.EngineName(primary)
                : request.Template.Networks is [{ Target: { Length: > 0 } target }, ..] ? target : null,
            PortBindings = Bindings(request.HostPorts),
            RestartPolicy = new("no"),
            Mounts = Mounts(request, spec) is { Count: > 0 } mounts ? mounts : null,
            GroupAdd = List(spec.Groups),
            CapAdd = List(spec.CapabilityAdd),
            CapDrop = List(spec.CapabilityDrop),
            Dns = own ? List(spec.DNSConfig?.Nameservers) : null,
            DnsSearch = own ? List(spec.DNSConfig?.Search) : null,
            DnsOptions = own ? List(spec.DNSConfig?.Options) : null,
            ExtraHosts = List(ExtraHosts(spec.Hosts)),
            SecurityOpt = SecurityOptions.Of(spec.Privileges),
            Sysctls = spec.Sysctls,
            Ulimits = spec.Ulimits,
            Init = spec.Init,
            ReadonlyRootfs = spec.ReadOnly,
            Isolation = Text(spec.Isolation),
            OomScoreAdj = spec.OomScoreAdj,
            NanoCpus = Positive(limits?.NanoCPUs),
            Memory = memory.Memory,
            MemoryReservation = memory.Reservation,
            MemorySwap = memory.Swap,
            MemorySwappiness = memory.Swappiness,
            PidsLimit = Positive(limits?.Pids),
            LogConfig = Log(request.Template.LogDriver),
        };
    }

    private static HostConfig WithOptions(HostConfig host, HostSettings? options) => options is null ? host : host with
    {
        Privileged = options.Privileged,
        Devices = options.Devices?.ConvertAll(device => device with
        {
            PathInContainer = Text(device.PathInContainer) ?? device.PathOnHost,
            CgroupPermissions = Text(device.CgroupPermissions) ?? "rwm",
        }),
        DeviceCgroupRules = List(options.DeviceCgroupRules),
        ShmSize = options.ShmSize,
        PidMode = Text(options.PidMode),
        IpcMode = Text(options.IpcMode),
        UTSMode = Text(options.UTSMode),
        UsernsMode = Text(options.UsernsMode),
        CgroupnsMode = Text(options.CgroupnsMode),
        CgroupParent = Text(options.CgroupParent),
        SecurityOpt = List([.. host.SecurityOpt ?? [], .. options.SecurityOpt ?? []]),
        StorageOpt = options.StorageOpt,
        Runtime = Text(options.Runtime),
        CpusetCpus = Text(options.CpusetCpus),
        CpusetMems = Text(options.CpusetMems),
        CpuShares = options.CpuShares,
        BlkioWeight = options.BlkioWeight,
    };

    /// <summary>Options without a driver are for the one that the engine logs with by default.</summary>
    private static LogConfig? Log(DriverConfig? log) =>
        string.IsNullOrEmpty(log?.Name) && log?.Options is not { Count: > 0 } ? null : new(log.Name ?? "", log.Options);

    /// <summary>DOCKER_RESOURCE_GPU=UUID1,UUID2, or a number for what has no names.</summary>
    private static IEnumerable<string> ResourceVariables(ContainerRequest request) =>
        request.Resources.GroupBy(resource => resource.Kind, StringComparer.OrdinalIgnoreCase)
            .Select(kind => $"DOCKER_RESOURCE_{kind.Key.ToUpperInvariant()}={string.Join(',', kind.Select(one => one.Value))}");

    /// <summary>The user's labels cannot replace ours: an agent would lose sight of its own container.</summary>
    private static SortedDictionary<string, string> Labels(ContainerRequest request, ContainerSpec spec)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in spec.Labels ?? [])
            labels[key] = value ?? "";
        labels[ContainerLabels.Cluster] = request.Cluster.ToString();
        labels[ContainerLabels.Task] = request.Task.ToString();
        labels[ContainerLabels.Service] = request.ServiceId;
        labels[ContainerLabels.SpecVersion] = request.SpecVersion.ToString(CultureInfo.InvariantCulture);
        labels[ContainerLabels.DockerNodeId] = request.Node.ToString();
        labels[ContainerLabels.DockerServiceId] = request.ServiceId;
        labels[ContainerLabels.DockerServiceName] = request.ServiceName;
        labels[ContainerLabels.DockerTask] = "";
        labels[ContainerLabels.DockerTaskId] = request.Task.ToString();
        labels[ContainerLabels.DockerTaskName] = request.TaskName;
        return labels;
    }

    private static SortedDictionary<string, IReadOnlyList<PortBinding>>? Bindings(IReadOnlyList<EnginePort> ports)
    {
        if (ports.Count == 0)
            return null;
        var bindings = new SortedDictionary<string, IReadOnlyList<PortBinding>>(StringComparer.Ordinal);
        foreach (var port in ports.GroupBy(PortKey))
            bindings[port.Key] = [.. port.Select(p => new PortBinding(p.Published == 0 ? "" : Number(p.Published)))];
        return bindings;
    }

    private static string PortKey(EnginePort port) =>
        $"{Number(port.Target)}/{(port.Protocol.Length == 0 ? "tcp" : port.Protocol)}";

    private static List<Mount> Mounts(ContainerRequest request, ContainerSpec spec) =>
    [
        .. (spec.Mounts ?? []).Select(Typed),
        .. TaskFiles.Of(spec).Select(file => new Mount
        {
            Type = "bind",
            Source = Path.Combine(request.FilesFolder, file.FileName),
            Target = file.Target,
            ReadOnly = true,
        }),
        .. request.Addresses.IsEmpty ? [] : (Mount[])[
            new() { Type = "bind", Source = request.ResolvFile, Target = "/etc/resolv.conf", ReadOnly = true }],
    ];

    private static Mount Typed(Mount mount) => string.IsNullOrEmpty(mount.Type) ? mount with { Type = "volume" } : mount;

    /// <summary>A hosts file's "IP name…" as the engine's "name:IP".</summary>
    private static List<string>? ExtraHosts(List<string>? hosts)
    {
        var extra = new List<string>();
        foreach (var line in hosts ?? [])
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            extra.AddRange(words.Skip(1).Select(name => $"{name}:{words[0]}"));
        }
        return extra;
    }

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static List<string>? List(List<string>? list) => list is { Count: > 0 } ? list : null;

    private static long? Positive(long? value) => value > 0 ? value : null;

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
