using System.Text.RegularExpressions;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>
/// What a service spec must fulfil, with Docker's error texts (docker-api §8): clients and scripts match on them.
/// </summary>
public static partial class SpecRules
{
    /// <summary>The first broken rule, or null.</summary>
    public static Refusal? Check(ServiceSpec spec) =>
        SpecNulls.Check(spec) ?? CheckName(spec.Name) ?? CheckDependencies(spec) ?? CheckContainer(spec) ?? CheckMode(spec)
        ?? ResourceRules.Check(spec.TaskTemplate?.Resources) ?? CheckRestart(spec.TaskTemplate?.RestartPolicy)
        ?? CheckPlacement(spec.TaskTemplate?.Placement)
        ?? CheckUpdate("update", spec.UpdateConfig) ?? CheckUpdate("rollback", spec.RollbackConfig)
        ?? CheckEndpoint(spec.EndpointSpec) ?? FileRules.CheckReferences(spec.TaskTemplate?.ContainerSpec);

    /// <summary>replicated, global, replicated-job or global-job.</summary>
    public static string ModeOf(ServiceSpec spec) => spec.Mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated-job",
        { GlobalJob: not null } => "global-job",
        _ => "replicated",
    };

    internal static Refusal? CheckName(string name) =>
        name.Length is > 0 and <= 63 && DnsName().IsMatch(name)
            ? null : Invalid("name must be valid as a DNS name component");

    private static Refusal? CheckDependencies(ServiceSpec spec)
    {
        if (spec.Labels?.GetValueOrDefault(ServiceDependency.Label) is not { Length: > 0 } text)
            return null;
        if (!ServiceDependency.TryParse(text, out var dependencies))
            return Invalid($"label {ServiceDependency.Label}: '{text}' is not a list of SERVICE:CONDITION[:optional] with the conditions "
                + "service_started, service_healthy and service_completed_successfully");
        return dependencies.Any(one => one.Service == spec.Name) ? Invalid($"service {spec.Name} depends on itself") : null;
    }

    private static Refusal? CheckContainer(ServiceSpec spec)
    {
        var template = spec.TaskTemplate;
        if (template?.ContainerSpec is not { } container)
            return Invalid("mismatched Runtime and *Spec fields");
        if (template.Runtime is not (null or "" or "container"))
            return new(RefusalKind.Unsupported, $"runtime \"{template.Runtime}\" is not supported");
        if (container.Image is "")
            return Invalid("ContainerSpec: image reference must be provided");
        if (!IsImage(container.Image))
            return Invalid($"ContainerSpec: \"{container.Image}\" is not a valid repository/tag");
        if (container.PullOptions?.Policy is not (null or "" or "missing" or "always" or "never"))
            return Invalid($"invalid pull policy \"{container.PullOptions.Policy}\": expected missing, always or never");
        return ContainerRules.Check(container, spec.Labels);
    }

    private static Refusal? CheckMode(ServiceSpec spec)
    {
        var mode = spec.Mode;
        var set = new object?[] { mode?.Replicated, mode?.Global, mode?.ReplicatedJob, mode?.GlobalJob };
        if (set.Count(one => one is not null) > 1)
            return Invalid("must specify only one service mode");
        if (spec.IsJob && (spec.UpdateConfig ?? spec.RollbackConfig) is not null)
            return Invalid(spec.UpdateConfig is null ? "Jobs may not have a rollback config" : "Jobs may not have an update config");
        if (mode?.ReplicatedJob is { } job && Math.Max(job.Completions, job.MaxConcurrent ?? 0) is var most && most > MaxReplicas)
            return Invalid($"{most} is more than the tasks one job may have ({MaxReplicas})");
        return mode?.Replicated?.Replicas > MaxReplicas
            ? Invalid($"replicas {mode.Replicated.Replicas} is more than one service may have ({MaxReplicas})") : null;
    }

    /// <summary>Whether a text is an image's name by Docker's grammar; a line end is no part of one.</summary>
    public static bool IsImage(string text) => ImageReference().IsMatch(text);

    private const ulong MaxReplicas = 1_000_000;

    private static Refusal? CheckRestart(RestartPolicy? policy)
    {
        if (policy?.Condition is not (null or "" or "none" or "on-failure" or "any"))
            return Invalid($"invalid RestartCondition: \"{policy.Condition}\"");
        if (policy?.Delay < 0)
            return Invalid("TaskSpec: restart-delay cannot be negative");
        return policy?.Window < 0 ? Invalid("TaskSpec: restart-window cannot be negative") : null;
    }

    private static Refusal? CheckPlacement(Placement? placement)
    {
        foreach (var constraint in placement?.Constraints ?? [])
        {
            if (!Scheduling.Constraint.TryParse(constraint, out _, out var error))
                return Invalid(error);
        }
        return null;
    }

    private static Refusal? CheckUpdate(string what, UpdateConfig? config)
    {
        if (config is null)
            return null;
        if (config.MaxFailureRatio is < 0 or > 1 or double.NaN)
            return Invalid($"TaskSpec: {what}-maxfailureratio cannot be less than 0 or bigger than 1");
        if (config.Delay < 0)
            return Invalid($"TaskSpec: {what}-delay cannot be negative");
        if (config.Monitor < 0)
            return Invalid($"TaskSpec: {what}-monitor cannot be negative");
        if (config.ProgressDeadline < 0)
            return Invalid($"TaskSpec: {what}-progress-deadline cannot be negative");
        if (config.Order is not (null or "" or "stop-first" or "start-first"))
            return Invalid($"unrecognized {what} order {config.Order}");
        return config.FailureAction is null or "" or "pause" or "continue" || (config.FailureAction == "rollback" && what == "update")
            ? null : Invalid($"unrecognized {what} failure action {config.FailureAction}");
    }

    private static Refusal? CheckEndpoint(EndpointSpec? endpoint)
    {
        if (endpoint?.Mode is not (null or "" or "vip" or "dnsrr"))
            return Invalid($"invalid resolution mode: \"{endpoint.Mode}\"");
        foreach (var port in endpoint?.Ports ?? [])
        {
            if (port.TargetPort is not (> 0 and <= 65535))
                return Invalid($"EndpointSpec: invalid target port {port.TargetPort ?? 0}, must be 1-65535");
            if (port.PublishedPort > 65535)
                return Invalid($"EndpointSpec: invalid published port {port.PublishedPort}, must be 0-65535");
            if (port.Protocol is not (null or "" or "tcp" or "udp" or "sctp"))
                return Invalid($"invalid protocol \"{port.Protocol}\"");
            if (port.PublishMode is not (null or "" or "ingress" or "host"))
                return Invalid($"invalid publish mode \"{port.PublishMode}\"");
            if (endpoint!.Mode == "dnsrr" && port.PublishMode != "host")
                return Invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
        }
        return null;
    }

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);

    [GeneratedRegex(@"^[a-zA-Z0-9](?:[-_]*[a-zA-Z0-9]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex DnsName();

    // Docker's reference grammar: [host[:port]/]path[:tag][@digest], path components in lower case.
    [GeneratedRegex(
        @"^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?"
        + @"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
        + @"(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?\z",
        RegexOptions.NonBacktracking)]
    private static partial Regex ImageReference();
}
