namespace Orch.Stacks.Reading;

/// <summary>Every key of a service: how it is read, and for those that are not carried out why.</summary>
internal static class ServiceShape
{
    private const string EngineOnly = "tasks are placed by the cluster, which does not pass this on to the engine";

    private static readonly Reader Health = Shape.Map(
        new("test", OtherReaders.HealthTest), new("interval", Plain.Duration), new("timeout", Plain.Duration),
        new("retries", Plain.Count), new("start_period", Plain.Duration), new("start_interval", Plain.Duration), new("disable", Plain.Bool));

    private static readonly Field[] Honoured =
    [
        new("cap_add", Shape.List(Plain.Text)), new("cap_drop", Shape.List(Plain.Text)),
        new("cgroup_parent", Plain.Text), new("command", OtherReaders.Command),
        new("configs", Shape.List(OtherReaders.FileReference)), new("cpus", OtherReaders.Cpus),
        new("credential_spec", Shape.Map(new Field("file", Plain.Text), new("registry", Plain.Text), new("config", Plain.Text))),
        new("depends_on", OtherReaders.DependsOn), new("deploy", DeployShape.Read),
        new("devices", Shape.List(HostReaders.Device)),
        new("dns", Shape.OneOrList(Plain.Text)), new("dns_opt", Shape.OneOrList(Plain.Text)), new("dns_search", Shape.OneOrList(Plain.Text)),
        new("entrypoint", OtherReaders.Command), new("env_file", OtherReaders.EnvFile), new("environment", Shape.Pairs(keepNull: true)),
        new("extends", OtherReaders.Extends), new("extra_hosts", OtherReaders.ExtraHosts), new("group_add", Shape.List(Plain.AnyText)),
        new("healthcheck", Health), new("hostname", Plain.Text), new("image", Plain.Text), new("init", Plain.Bool),
        new("ipc", HostReaders.Namespace("none", "private", "shareable", "host")),
        new("isolation", Plain.Text), new("label_file", Shape.OneOrList(Plain.Text)), new("labels", Shape.Pairs()),
        new("logging", Shape.Map(new Field("driver", Plain.Text), new("options", Shape.Pairs()))),
        new("mem_limit", Plain.Bytes), new("mem_reservation", Plain.Bytes),
        new("network_mode", Plain.Text), new("networks", OtherReaders.Networks), new("oom_score_adj", Plain.Integer),
        new("pid", HostReaders.Namespace("host")), new("pids_limit", Plain.Integer), new("platform", OtherReaders.Platform), new("ports", Shape.Expanded(PortReader.Read)),
        new("privileged", Plain.Bool), new("profiles", Shape.List(Plain.Text)),
        new("pull_policy", Plain.OneOf("always", "missing", "if_not_present", "never")), new("read_only", Plain.Bool),
        new("restart", RestartWord), new("runtime", Plain.Text), new("scale", Plain.Count),
        new("secrets", Shape.List(OtherReaders.FileReference)), new("security_opt", Shape.List(Plain.Text)),
        new("shm_size", Plain.Bytes),
        new("stdin_open", Plain.Bool), new("stop_grace_period", Plain.Duration), new("stop_signal", Plain.Text),
        new("sysctls", Shape.Pairs()), new("tmpfs", Shape.OneOrList(Plain.Text)), new("tty", Plain.Bool), new("ulimits", OtherReaders.Ulimits),
        new("user", Plain.AnyText), new("userns_mode", HostReaders.Namespace("host")),
        new("volumes", Shape.List(VolumeReader.Read)), new("working_dir", Plain.Text),
    ];

    private static readonly Field[] NotHonoured =
    [
        .. Ignored("the image must exist: build and push it first", "build", "develop"),
        .. Ignored("task names are given by the cluster", "container_name"),
        .. Ignored("ports are reachable inside a network without it; to the outside use ports", "expose"),
        .. Ignored("services of a stack find each other by name", "links", "external_links"),
        .. Ignored("use volumes", "volumes_from", "volume_driver"),
        .. Ignored("use deploy.resources.reservations.generic_resources to place tasks where devices are",
            "device_cgroup_rules", "gpus"),
        .. Ignored("use deploy.resources: CPU and memory are limited there", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota",
            "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpuset", "memswap_limit", "mem_swappiness", "oom_kill_disable", "blkio_config"),
        .. Ignored(EngineOnly, "annotations", "attach", "cgroup", "cgroupns_mode", "domainname", "mac_address", "models",
            "post_start", "pre_stop", "provider", "storage_opt", "use_api_socket", "uts"),
    ];

    public static readonly Reader Read = Shape.Map([.. Honoured, .. NotHonoured]);

    /// <summary>Of each key, whether it is carried out: the table in the documentation is checked against this.</summary>
    public static IEnumerable<(string Name, string? Ignored)> Keys =>
        Honoured.Concat(NotHonoured).Select(key => (key.Name, key.Ignored));

    public static bool IsHonoured(string key) => Honoured.Any(known => known.Name == key);

    private static IEnumerable<Field> Ignored(string why, params string[] names) =>
        names.Select(name => new Field(name, Plain.Anything, why));

    private static Yaml.Node? RestartWord(Yaml.Node node, string path, Context context)
    {
        if (node is Yaml.ScalarNode { Text: var text } scalar)
        {
            if (text is "no" or "always" or "unless-stopped" or "on-failure")
                return Yaml.ScalarNode.Of(node.At, text);
            if (scalar is { Kind: Yaml.ScalarKind.Bool, Text: "false" })
                return Yaml.ScalarNode.Of(node.At, "no");
            if (text.StartsWith("on-failure:", StringComparison.Ordinal) && ulong.TryParse(text[11..], out _))
                return Yaml.ScalarNode.Of(node.At, text);
        }
        return Plain.Wrong(context, node, $"{path} must be no, always, on-failure[:N] or unless-stopped, not {Plain.Show(node)}",
            "deploy.restart_policy says more");
    }
}
