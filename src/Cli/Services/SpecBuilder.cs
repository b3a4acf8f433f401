using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>The options of <c>service create</c> as a service spec, member for member what Docker's client sends.</summary>
internal static class SpecBuilder
{
    public static ServiceSpec Build(ParsedFlags flags, IObjectLookup lookup, Func<string, string?> env) => new()
    {
        Name = flags.Text("name") ?? "",
        Labels = Map(flags, "label") ?? [],
        TaskTemplate = new()
        {
            ContainerSpec = Container(flags, lookup, env),
            Resources = Resources(flags),
            RestartPolicy = SpecParts.Restart(flags, null),
            Placement = new()
            {
                Constraints = flags.All("constraint").ToList().OrNull(),
                Preferences = flags.Each("placement-pref", OtherSyntax.Preference).OrNull(),
                MaxReplicas = flags.Count("replicas-max-per-node") is > 0 and var max ? max : null,
            },
            Networks = Networks(flags.Each("network", OtherSyntax.Network), lookup).OrNull(),
            LogDriver = SpecParts.Log(flags, null),
        },
        Mode = Mode(flags),
        UpdateConfig = SpecParts.Rollout(flags, "update", null),
        RollbackConfig = SpecParts.Rollout(flags, "rollback", null),
        EndpointSpec = new()
        {
            Mode = flags.Text("endpoint-mode") ?? "vip",
            Ports = flags.Each("publish", PortSyntax.Parse).SelectMany(ports => ports).ToList().OrNull(),
        },
    };

    private static ContainerSpec Container(ParsedFlags flags, IObjectLookup lookup, Func<string, string?> env) => new()
    {
        Image = OtherSyntax.Image(flags.Words[0]),
        Labels = Map(flags, "container-label"),
        Command = Words(flags, "entrypoint"),
        Args = flags.Words.Skip(1).ToList().OrNull(),
        Hostname = flags.Text("hostname"),
        Env = EnvironmentFlags.Read(flags.All("env-file"), flags.All("env"), env).OrNull(),
        Dir = flags.Text("workdir"),
        User = flags.Text("user"),
        Groups = flags.All("group").ToList().OrNull(),
        Privileges = SpecParts.Credentials(flags, null),
        Init = flags.On("init"),
        StopSignal = flags.Text("stop-signal"),
        TTY = flags.On("tty") ? true : null,
        ReadOnly = flags.On("read-only") ? true : null,
        Mounts = flags.Each("mount", MountSyntax.Parse).OrNull(),
        StopGracePeriod = flags.Nanos("stop-grace-period"),
        Healthcheck = SpecParts.Health(flags, null),
        Hosts = flags.Each("host", OtherSyntax.Host).OrNull(),
        DNSConfig = new()
        {
            Nameservers = flags.All("dns").ToList().OrNull(),
            Search = flags.All("dns-search").ToList().OrNull(),
            Options = flags.All("dns-option").ToList().OrNull(),
        },
        Secrets = References(flags.Each("secret", OtherSyntax.FileReference), "secret", lookup).OrNull(),
        Configs = References(flags.Each("config", OtherSyntax.FileReference), "config", lookup).OrNull(),
        PullOptions = SpecParts.Pull(flags.Text("pull")),
        Isolation = flags.Text("isolation"),
        Sysctls = Map(flags, "sysctl"),
        CapabilityAdd = flags.All("cap-add").Select(OtherSyntax.Capability).Distinct().Order(StringComparer.Ordinal).ToList().OrNull(),
        CapabilityDrop = flags.All("cap-drop").Select(OtherSyntax.Capability).Distinct().Order(StringComparer.Ordinal).ToList().OrNull(),
        Ulimits = flags.Each("ulimit", OtherSyntax.Ulimit).OrderBy(u => u.Name, StringComparer.Ordinal).ToList().OrNull(),
        HostConfig = HostFlags.Build(flags),
        OomScoreAdj = flags.Number("oom-score-adj") is not 0 and var score ? score : null,
    };

    private static ResourceRequirements Resources(ParsedFlags flags)
    {
        var resources = SpecParts.Resources(flags, null);
        return flags.Each("generic-resource", OtherSyntax.Resource).OrNull() is not { } generic ? resources
            : resources with { Reservations = resources.Reservations! with { GenericResources = generic } };
    }

    private static ServiceMode Mode(ParsedFlags flags)
    {
        var (mode, replicas) = (flags.Text("mode"), flags.Count("replicas"));
        var isJob = mode is "replicated-job" or "global-job";
        if (isJob && (SpecParts.Rollout(flags, "update", null) ?? SpecParts.Rollout(flags, "rollback", null)) is not null)
            throw new CommandException("update and rollback configuration is not supported for jobs");
        if (flags.Has("max-concurrent") && mode != "replicated-job")
            throw new CommandException("max-concurrent can only be used with replicated-job mode");
        if (mode is "global" or "global-job" && replicas is not null)
            throw new CommandException("replicas can only be used with replicated or replicated-job mode");
        if (mode is "global" or "global-job" && flags.Count("replicas-max-per-node") is > 0)
            throw new CommandException("replicas-max-per-node can only be used with replicated or replicated-job mode");
        return mode switch
        {
            "replicated" => new() { Replicated = new() { Replicas = replicas } },
            "global" => new() { Global = new() },
            "global-job" => new() { GlobalJob = new() },
            "replicated-job" => new()
            {
                ReplicatedJob = new()
                {
                    TotalCompletions = replicas ?? 1,
                    MaxConcurrent = flags.Count("max-concurrent") ?? replicas ?? 1,
                },
            },
            _ => throw new CommandException(
                $"Unknown mode: {mode}, only replicated, global, replicated-job and global-job supported"),
        };
    }

    public static List<string>? Words(ParsedFlags flags, string name) => flags.Text(name) is not { } text ? null
        : flags.Each(name, ShellWords.Split)[^1].OrNull();

    public static IEnumerable<NetworkAttachment> Resolve(IEnumerable<NetworkAttachment> networks, IObjectLookup lookup) =>
        networks.Select(network => network with { Target = lookup.NetworkId(network.Target!) });

    public static List<NetworkAttachment> Networks(IEnumerable<NetworkAttachment> networks, IObjectLookup lookup) =>
        [.. Resolve(networks, lookup)];

    public static List<FileReference> References(
        IReadOnlyList<(string Source, FileTarget File)> wanted, string kind, IObjectLookup lookup)
    {
        if (wanted.GroupBy(w => w.File.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new CommandException($"duplicate {kind} target for {twice.Last().Source} not allowed");
        return [.. wanted.Select(w => kind == "secret"
            ? new FileReference { File = w.File, SecretName = w.Source, SecretID = lookup.SecretId(w.Source) }
            : new FileReference { File = w.File, ConfigName = w.Source, ConfigID = lookup.ConfigId(w.Source) })];
    }

    private static Dictionary<string, string>? Map(ParsedFlags flags, string name)
    {
        Dictionary<string, string>? map = null;
        foreach (var text in flags.All(name))
            map = OtherSyntax.Add(map, text);
        return map;
    }
}
