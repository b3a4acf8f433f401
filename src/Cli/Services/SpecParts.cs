using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>
/// The parts of a spec whose options mean the same in create and update: what was not given keeps its value, a zero
/// takes it away.
/// </summary>
internal static class SpecParts
{
    /// <summary>Missing is the default and leaves no trace.</summary>
    public static PullOptions? Pull(string? policy) => policy is null or "" or "missing" ? null : new() { Policy = policy };

    public static HealthConfig? Health(ParsedFlags flags, HealthConfig? old)
    {
        var any = flags.HasAny("health-cmd", "health-interval", "health-retries", "health-timeout",
            "health-start-period", "health-start-interval");
        if (flags.On("no-healthcheck"))
            return any
                ? throw new CommandException("--no-healthcheck conflicts with --health-* options")
                : new() { Test = ["NONE"] };
        if (!any)
            return old;
        var health = old ?? new();
        if (flags.Has("health-cmd"))
            health = health with { Test = flags.Text("health-cmd") is { Length: > 0 } cmd ? ["CMD-SHELL", cmd] : null };
        else if (health.Test is ["NONE"])
            health = health with { Test = null };
        return health with
        {
            Interval = Nanos(flags, "health-interval", health.Interval),
            Timeout = Nanos(flags, "health-timeout", health.Timeout),
            StartPeriod = Nanos(flags, "health-start-period", health.StartPeriod),
            StartInterval = Nanos(flags, "health-start-interval", health.StartInterval),
            Retries = flags.Has("health-retries") ? (int?)Positive(flags.Number("health-retries")) : health.Retries,
        };
    }

    /// <summary>
    /// Unlike Docker's client, a delay that nobody gave stays absent: then orch restarts the first failure at once and
    /// backs off, instead of waiting five seconds every time.
    /// </summary>
    public static RestartPolicy? Restart(ParsedFlags flags, RestartPolicy? old)
    {
        if (!flags.HasAny("restart-condition", "restart-delay", "restart-max-attempts", "restart-window"))
            return old;
        var policy = old ?? new() { Condition = "any", MaxAttempts = 0 };
        return policy with
        {
            Condition = flags.Text("restart-condition") ?? policy.Condition,
            Delay = flags.Nanos("restart-delay") ?? policy.Delay,
            MaxAttempts = flags.Count("restart-max-attempts") ?? policy.MaxAttempts,
            Window = flags.Nanos("restart-window") ?? policy.Window,
        };
    }

    public static UpdateConfig? Rollout(ParsedFlags flags, string prefix, UpdateConfig? old)
    {
        if (!flags.HasAny(prefix + "-parallelism", prefix + "-delay", prefix + "-failure-action", prefix + "-monitor",
            prefix + "-max-failure-ratio", prefix + "-order", prefix + "-progress-deadline"))
            return old;
        var config = old ?? new()
        {
            Parallelism = SpecDefaults.UpdateParallelism,
            FailureAction = "pause",
            Monitor = SpecDefaults.UpdateMonitor.Ticks * 100,
            MaxFailureRatio = 0,
            Order = "stop-first",
        };
        return config with
        {
            Parallelism = flags.Count(prefix + "-parallelism") ?? config.Parallelism,
            Delay = Nanos(flags, prefix + "-delay", config.Delay),
            FailureAction = flags.Text(prefix + "-failure-action") ?? config.FailureAction,
            Monitor = flags.Nanos(prefix + "-monitor") ?? config.Monitor,
            MaxFailureRatio = flags.Ratio(prefix + "-max-failure-ratio") ?? config.MaxFailureRatio,
            Order = flags.Text(prefix + "-order") ?? config.Order,
            ProgressDeadline = flags.Nanos(prefix + "-progress-deadline") ?? config.ProgressDeadline,
        };
    }

    public static ResourceRequirements Resources(ParsedFlags flags, ResourceRequirements? old)
    {
        var limits = old?.Limits ?? new();
        var reservations = old?.Reservations ?? new();
        return (old ?? new()) with
        {
            Limits = limits with
            {
                NanoCPUs = Given(flags, "limit-cpu", flags.Convert("limit-cpu", OtherSyntax.Cpus), limits.NanoCPUs),
                MemoryBytes = Given(flags, "limit-memory", flags.Bytes("limit-memory"), limits.MemoryBytes),
                Pids = Given(flags, "limit-pids", flags.Number("limit-pids"), limits.Pids),
            },
            Reservations = reservations with
            {
                NanoCPUs = Given(flags, "reserve-cpu", flags.Convert("reserve-cpu", OtherSyntax.Cpus), reservations.NanoCPUs),
                MemoryBytes = Given(flags, "reserve-memory", flags.Bytes("reserve-memory"), reservations.MemoryBytes),
            },
            SwapBytes = !flags.Has("memory-swap") ? old?.SwapBytes
                : flags.Text("memory-swap") is "" ? null : flags.Convert("memory-swap", Swap),
            MemorySwappiness = !flags.Has("memory-swappiness") ? old?.MemorySwappiness
                : flags.Number("memory-swappiness") is >= 0 and var swappiness ? swappiness : null,
        };
    }

    private static long Swap(string text) => text == "-1" ? -1 : ByteSize.Parse(text);

    public static DriverConfig? Log(ParsedFlags flags, DriverConfig? old)
    {
        if (!flags.HasAny("log-driver", "log-opt"))
            return old;
        Dictionary<string, string>? options = null;
        foreach (var option in flags.All("log-opt"))
            options = OtherSyntax.Add(options, option);
        var name = flags.Text("log-driver") ?? (flags.Has("log-driver") ? null : old?.Name);
        return string.IsNullOrEmpty(name) && options is null ? null : new() { Name = name, Options = options };
    }

    /// <summary>Kept in the member that this version does not model: a credential spec is for Windows engines only.</summary>
    public static Privileges? Credentials(ParsedFlags flags, Privileges? old)
    {
        if (flags.Text("credential-spec") is not { } text)
            return old;
        var at = text.IndexOf("://", StringComparison.Ordinal);
        if (at < 0 || text[..at] is not ("config" or "file" or "registry"))
            throw new UsageException($"invalid argument \"{text}\" for \"--credential-spec\" flag: invalid credential spec: " +
                "value must be prefixed with \"config://\", \"file://\", or \"registry://\"");
        string Part(string kind) => GoJson.Quote(text[..at] == kind ? text[(at + 3)..] : "");
        var json = $$"""{"Config":{{Part("config")}},"File":{{Part("file")}},"Registry":{{Part("registry")}}}""";
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return (old ?? new()) with { Unknown = new(old?.Unknown ?? []) { ["CredentialSpec"] = document.RootElement.Clone() } };
    }

    public static long? Nanos(ParsedFlags flags, string name, long? old) => Given(flags, name, flags.Nanos(name), old);

    private static long? Given(ParsedFlags flags, string name, long? value, long? old) =>
        flags.Has(name) ? Positive(value) : old;

    private static long? Positive(long? value) => value is > 0 ? value : null;

    /// <summary>Null instead of empty, as an absent list is written.</summary>
    public static List<T>? OrNull<T>(this List<T> list) => list.Count == 0 ? null : list;
}
