using System.Globalization;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Output;

/// <summary>A service for people, laid out line for line as Docker's users know it.</summary>
internal static class ServicePretty
{
    public static void Write(TextWriter to, ServiceView service, Func<string, string> networkName, DateTimeOffset now)
    {
        var spec = service.Spec;
        to.Write($"\nID:\t\t{service.ID}\nName:\t\t{spec.Name}\n");
        if (spec.Labels is { Count: > 0 } labels)
            to.Write("Labels:\n" + string.Concat(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $" {l.Key}={l.Value}\n")));
        WriteMode(to, spec.Mode);
        if (service.UpdateStatus is { } status)
            WriteStatus(to, status, Timestamp.From(now));
        WritePlacement(to, spec.TaskTemplate?.Placement);
        WriteRollout(to, "UpdateConfig", "Update order:      ", spec.UpdateConfig);
        WriteRollout(to, "RollbackConfig", "Rollback order:    ", spec.RollbackConfig);
        WriteContainer(to, spec.TaskTemplate?.ContainerSpec ?? new());
        WriteResources(to, spec.TaskTemplate?.Resources);
        var networks = spec.TaskTemplate?.Networks ?? spec.Networks;
        if (networks is { Count: > 0 })
            to.Write($"Networks: {string.Concat(networks.Select(n => networkName(n.Target ?? "") + " "))}\n");
        to.Write($"Endpoint Mode:\t{service.Endpoint.Spec.Mode ?? spec.EndpointSpec?.Mode ?? "vip"}\n");
        WritePorts(to, service.Endpoint.Ports ?? spec.EndpointSpec?.Ports);
        to.Write('\n');
    }

    private static void WriteMode(TextWriter to, ServiceMode? mode) => to.Write(mode switch
    {
        { Global: not null } => "Service Mode:\tGlobal\n",
        { GlobalJob: not null } => "Service Mode:\tGlobalJob\n",
        { ReplicatedJob: { } job } =>
            $"Service Mode:\tReplicatedJob\n Max Concurrent:\t{job.MaxConcurrent}\n Total Completions:\t{job.TotalCompletions}\n",
        _ => $"Service Mode:\tReplicated\n Replicas:\t{mode?.Replicated?.Replicas ?? 1}\n",
    });

    private static void WriteStatus(TextWriter to, UpdateStatusView status, Timestamp now)
    {
        to.Write($"UpdateStatus:\n State:\t\t{status.State}\n");
        if (!status.StartedAt.IsNever)
            to.Write($" Started:\t{HumanTime.Ago(now - status.StartedAt)}\n");
        if (!status.CompletedAt.IsNever)
            to.Write($" Completed:\t{HumanTime.Ago(now - status.CompletedAt)}\n");
        to.Write($" Message:\t{status.Message}\n");
    }

    private static void WritePlacement(TextWriter to, Placement? placement)
    {
        to.Write("Placement:\n");
        if (placement?.Constraints is { Count: > 0 } constraints)
            to.Write($" Constraints:\t[{string.Join(' ', constraints)}]\n");
        if (placement?.Preferences is { Count: > 0 } preferences)
            to.Write($" Preferences:   [{string.Join(' ', preferences.Select(p => "spread=" + p.Spread?.SpreadDescriptor))}]\n");
        if (placement?.MaxReplicas is > 0 and var max)
            to.Write($" Max Replicas Per Node:   {max}\n");
    }

    private static void WriteRollout(TextWriter to, string title, string order, UpdateConfig? config)
    {
        if (config is null)
            return;
        to.Write($"{title}:\n Parallelism:\t{config.Parallelism ?? 0}\n");
        if (config.Delay is > 0 and var delay)
            to.Write($" Delay:\t\t{GoDuration.Format(delay)}\n");
        to.Write($" On failure:\t{config.FailureAction}\n");
        if (config.Monitor is > 0 and var monitor)
            to.Write($" Monitoring Period: {GoDuration.Format(monitor)}\n");
        to.Write(string.Create(CultureInfo.InvariantCulture, $" Max failure ratio: {config.MaxFailureRatio ?? 0}\n {order}{config.Order}\n"));
    }

    private static void WriteContainer(TextWriter to, ContainerSpec spec)
    {
        static string Words(List<string> words) => string.Concat(words.Select(word => word + " "));
        to.Write($"ContainerSpec:\n Image:\t\t{spec.Image}\n");
        if (spec.Args is { Count: > 0 } args)
            to.Write($" Args:\t\t{Words(args)}\n");
        if (spec.Env is { Count: > 0 } env)
            to.Write($" Env:\t\t{Words(env)}\n");
        if (spec.Dir is { Length: > 0 } dir)
            to.Write($" Dir:\t\t{dir}\n");
        if (spec.User is { Length: > 0 } user)
            to.Write($" User:\t\t{user}\n");
        if (spec.Init is { } init)
            to.Write($" Init:\t\t{(init ? "true" : "false")}\n");
        if (spec.Mounts is { Count: > 0 } mounts)
            to.Write("Mounts:\n" + string.Concat(mounts.Select(m => $" Target:\t{m.Target}\n  Source:\t{m.Source}\n" +
                $"  ReadOnly:\t{(m.ReadOnly == true ? "true" : "false")}\n  Type:\t\t{m.Type}\n")));
        WriteFiles(to, "Configs", spec.Configs?.Select(c => (c.File?.Name, c.ConfigName)));
        WriteFiles(to, "Secrets", spec.Secrets?.Select(s => (s.File?.Name, s.SecretName)));
        if (spec.Healthcheck is { Test.Count: > 0 } health)
            WriteHealth(to, health);
    }

    private static void WriteFiles(TextWriter to, string title, IEnumerable<(string? Target, string? Source)>? files)
    {
        if (files is not null)
            to.Write($"{title}:\n" + string.Concat(files.Select(f => $" Target:\t{f.Target}\n  Source:\t{f.Source}\n")));
    }

    private static void WriteHealth(TextWriter to, HealthConfig health)
    {
        static string Time(long? nanos) => GoDuration.Format(nanos ?? 0);
        to.Write($"Healthcheck:\n Interval = {Time(health.Interval)}\n Retries = {health.Retries ?? 0}\n" +
            $" StartPeriod =\t{Time(health.StartPeriod)}\n Timeout =\t{Time(health.Timeout)}\n" +
            $" Tests:\n\t Test = {string.Join(' ', health.Test!)}\n");
    }

    private static void WriteResources(TextWriter to, ResourceRequirements? resources)
    {
        static string Part(string title, long? cpus, long? memory, long? pids)
        {
            var text = cpus is > 0 ? string.Create(CultureInfo.InvariantCulture, $"  CPU:\t\t{cpus / 1e9}\n") : "";
            text += memory is > 0 ? $"  Memory:\t{ByteSize.Format(memory.Value)}\n" : "";
            text += pids is > 0 ? $"  PIDs:\t\t{pids}\n" : "";
            return text.Length == 0 ? "" : $" {title}:\n{text}";
        }
        var (reserved, limits) = (resources?.Reservations, resources?.Limits);
        to.Write("Resources:\n" + Part("Reservations", reserved?.NanoCPUs, reserved?.MemoryBytes, null)
            + Part("Limits", limits?.NanoCPUs, limits?.MemoryBytes, limits?.Pids));
    }

    private static void WritePorts(TextWriter to, IReadOnlyList<PortConfig>? ports)
    {
        if (ports is { Count: > 0 })
            to.Write("Ports:\n" + string.Concat(ports.Select(p => $" PublishedPort = {p.PublishedPort ?? 0}\n" +
                $"  Protocol = {p.Protocol}\n  TargetPort = {p.TargetPort}\n  PublishMode = {p.PublishMode}\n"))[..^1] + " \n");
    }
}
