using Orch.Cli.Parsing;

namespace Orch.Cli.Services;

/// <summary>The options of service create and update: Docker's names, meanings and defaults.</summary>
internal static class ServiceFlags
{
    /// <summary>List options of create; update has NAME-add and NAME-rm instead.</summary>
    private static readonly (string Name, string Help, string Type, char Letter)[] Lists =
    [
        ("config", "a config as a file in the container", "config", '\0'),
        ("constraint", "a placement constraint (node.labels.disk==ssd)", "list", '\0'),
        ("container-label", "a container label", "list", '\0'),
        ("dns", "a custom DNS server", "list", '\0'),
        ("dns-option", "a DNS option", "list", '\0'),
        ("dns-search", "a DNS search domain", "list", '\0'),
        ("env", "an environment variable (KEY=VALUE, or KEY to take this shell's)", "list", 'e'),
        ("generic-resource", "a user-defined resource to reserve (KIND=N)", "list", '\0'),
        ("group", "a supplementary user group of the container", "list", '\0'),
        ("host", "a custom host-to-IP mapping (host:ip)", "list", '\0'),
        ("label", "a service label", "list", 'l'),
        ("mount", "a file system mount (type=bind,source=/a,target=/b)", "mount", '\0'),
        ("network", "a network to attach to", "network", '\0'),
        ("placement-pref", "a placement preference (spread=node.labels.zone)", "pref", '\0'),
        ("publish", "a port to publish (8080:80, or mode=host,published=8080,target=80)", "port", 'p'),
        ("secret", "a secret as a file in the container", "secret", '\0'),
        ("sysctl", "a sysctl of the container (KEY=VALUE)", "list", '\0'),
        ("ulimit", "a resource limit of the container (nofile=1024:2048)", "ulimit", '\0'),
        .. HostFlags.Lists,
    ];

    public static IReadOnlyList<Flag> Create { get; } = Sorted(
    [
        .. Scalars(), .. Lists.Select(list => Flag.List(list.Name, Capital(list.Help), list.Type, list.Letter)),
        Flag.Value("name", "string", "Service name"),
        Flag.Value("mode", "string", "Service mode: replicated, global, replicated-job or global-job", "replicated"),
        Flag.List("env-file", "Read environment variables from a file"),
    ]);

    public static IReadOnlyList<Flag> Update { get; } = Sorted(
    [
        .. Scalars(), .. Lists.SelectMany(list => new[]
        {
            Flag.List(list.Name + "-add", "Add or replace " + list.Help, list.Type),
            Flag.List(list.Name + "-rm", "Remove " + Removal(list.Name)),
        }),
        Flag.Value("args", "command", "Service command arguments"),
        Flag.Value("image", "string", "Service image tag"),
        Flag.Switch("force", "Replace the tasks even if nothing changed"),
        Flag.Switch("rollback", "Go back to the previous specification"),
    ]);

    private static IEnumerable<Flag> Scalars() =>
    [
        .. HostFlags.Scalars(),
        Flag.List("cap-add", "Add Linux capabilities"),
        Flag.List("cap-drop", "Drop Linux capabilities"),
        Flag.Value("credential-spec", "spec", "Credential spec for managed service accounts (Windows only)"),
        Flag.Switch("detach", "Exit at once instead of waiting for the service to converge", 'd'),
        Flag.Value("endpoint-mode", "string", "Endpoint mode: vip or dnsrr"),
        Flag.Value("entrypoint", "command", "Overwrite the entrypoint of the image"),
        Flag.Value("health-cmd", "string", "Command to run to check health"),
        Flag.Value("health-interval", "duration", "Time between checks (ms|s|m|h)"),
        Flag.Value("health-retries", "int", "Failures in a row that mean unhealthy"),
        Flag.Value("health-start-interval", "duration", "Time between checks during the start period (ms|s|m|h)"),
        Flag.Value("health-start-period", "duration", "Time to start up before failures count (ms|s|m|h)"),
        Flag.Value("health-timeout", "duration", "Longest time one check may take (ms|s|m|h)"),
        Flag.Value("hostname", "string", "Container hostname"),
        Flag.Switch("init", "Use an init inside each container to forward signals and reap processes"),
        Flag.Value("isolation", "string", "Container isolation mode (Windows only)"),
        Flag.Value("limit-cpu", "decimal", "Limit CPUs"),
        Flag.Value("limit-memory", "bytes", "Limit memory"),
        Flag.Value("limit-pids", "int", "Limit the number of processes (0 = unlimited)"),
        Flag.Value("log-driver", "string", "Logging driver"),
        Flag.List("log-opt", "Logging driver options"),
        Flag.Value("max-concurrent", "uint", "Job tasks to run at once (default: all of --replicas)"),
        Flag.Value("memory-swap", "bytes", "Swap beside the memory limit (-1 = unlimited; default: as much as memory)"),
        Flag.Value("memory-swappiness", "int", "How eagerly to swap (0 to 100; -1 = the machine's default)"),
        Flag.Switch("no-healthcheck", "Disable any health check of the image"),
        Flag.Switch("no-resolve-image", "Do not ask the registry for the digest of the image and its platforms"),
        Flag.Value("oom-score-adj", "int", "Tune the host's out-of-memory preferences (-1000 to 1000)"),
        Flag.Value("pull", "string", "When machines ask the registry: missing, always or never (default missing)"),
        Flag.Switch("quiet", "Suppress progress output", 'q'),
        Flag.Switch("read-only", "Mount the container's root file system as read only"),
        Flag.Value("replicas", "uint", "Number of tasks"),
        Flag.Value("replicas-max-per-node", "uint", "Most tasks of the service per node (0 = unlimited)"),
        Flag.Value("reserve-cpu", "decimal", "Reserve CPUs"),
        Flag.Value("reserve-memory", "bytes", "Reserve memory"),
        Flag.Value("restart-condition", "string", "Restart when condition is met: none, on-failure or any (default any)"),
        Flag.Value("restart-delay", "duration", "Delay between restarts (ns|us|ms|s|m|h; default: at once, then backing off)"),
        Flag.Value("restart-max-attempts", "uint", "Most restarts before giving up (default unlimited)"),
        Flag.Value("restart-window", "duration", "Window in which restarts are counted (ns|us|ms|s|m|h)"),
        .. Rollout("update", "Update", "pause, continue or rollback"),
        .. Rollout("rollback", "Rollback", "pause or continue"),
        Flag.Value("stop-grace-period", "duration", "Time to wait before force killing a container (default 10s)"),
        Flag.Value("stop-signal", "string", "Signal to stop the container"),
        Flag.Switch("tty", "Allocate a pseudo-TTY", 't'),
        Flag.Value("user", "string", "Username or UID (format: <name|uid>[:<group|gid>])", letter: 'u'),
        Flag.Switch("with-registry-auth", "Send this user's docker login along, for machines to pull with"),
        Flag.Value("workdir", "string", "Working directory inside the container", letter: 'w'),
    ];

    private static Flag[] Rollout(string prefix, string title, string actions) =>
    [
        Flag.Value(prefix + "-delay", "duration", $"Delay between {prefix}s of tasks (default 0s)"),
        Flag.Value(prefix + "-failure-action", "string", $"Action on {prefix} failure: {actions} (default pause)"),
        Flag.Value(prefix + "-max-failure-ratio", "float", $"Failure rate to tolerate during {prefix} (default 0)"),
        Flag.Value(prefix + "-monitor", "duration", $"Time after each task {prefix} to watch for failure (default 5s)"),
        Flag.Value(prefix + "-order", "string", $"{title} order: start-first or stop-first (default stop-first)"),
        Flag.Value(prefix + "-progress-deadline", "duration",
            $"Time after which a task that does not run fails the {prefix} (default 10m; 0 = never)"),
        Flag.Value(prefix + "-parallelism", "uint", $"Most tasks to {prefix} at once (0 = all; default 1)"),
    ];

    private static string Removal(string list) => list switch
    {
        "env" => "an environment variable by its name",
        "mount" => "a mount by its target path",
        "publish" => "a published port by its target port",
        "label" or "container-label" or "sysctl" => $"a {list} by its key",
        _ => $"a {list}",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static List<Flag> Sorted(IEnumerable<Flag> flags) => [.. flags.OrderBy(flag => flag.Name, StringComparer.Ordinal)];
}
