using System.Text.Json;
using Orch.Core.Model.Specs;
using Orch.Core.Templates;

namespace Orch.Core.Commands;

/// <summary>
/// What the container part of a spec must fulfil. What only Windows engines can do is refused here: accepted, it would
/// be a task that every machine rejects, or an option that nobody carries out.
/// </summary>
internal static class ContainerRules
{
    private const long MinDuration = 1_000_000;

    public static Refusal? Check(ContainerSpec container, IReadOnlyDictionary<string, string>? serviceLabels) =>
        CheckMounts(container.Mounts) ?? CheckTemplates(container, serviceLabels) ?? CheckPrivileges(container.Privileges)
        ?? CheckHealth(container.Healthcheck) ?? CheckRest(container) ?? HostRules.Check(container.HostConfig);

    private static Refusal? CheckMounts(List<Mount>? mounts)
    {
        var targets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in mounts ?? [])
        {
            if (mount.Type == "npipe")
                return Unsupported("mount type npipe is for Windows containers: use bind, volume, tmpfs or image");
            if (mount.Type is not (null or "" or "bind" or "volume" or "tmpfs" or "image"))
                return Invalid($"invalid MountType: \"{mount.Type}\"");
            if (mount.Target is null or "" || !mount.Target.StartsWith('/'))
                return Invalid($"ContainerSpec: invalid mount target, must be an absolute path: {mount.Target}");
            if (!targets.Add(mount.Target.TrimEnd('/')))
                return Invalid($"ContainerSpec: duplicate mount point: {mount.Target}");
        }
        return null;
    }

    /// <summary>Expanded once for a task that could be: a mistake shows here, not in every task.</summary>
    private static Refusal? CheckTemplates(ContainerSpec container, IReadOnlyDictionary<string, string>? labels)
    {
        if (!ContainerTemplates.AreIn(container))
            return null;
        try
        {
            var example = new TemplateContext
            {
                ServiceId = "serviceid",
                ServiceName = "servicename",
                ServiceLabels = labels,
                NodeId = "nodeid",
                Hostname = "nodehostname",
                TaskId = "taskid",
                TaskName = "taskname",
                Slot = "1",
            };
            return CheckMounts(ContainerTemplates.Expand(container, example.Dot()).Mounts);
        }
        catch (TemplateException e)
        {
            return Invalid(e.Message);
        }
    }

    private static Refusal? CheckPrivileges(Privileges? privileges)
    {
        if (privileges?.Unknown?.GetValueOrDefault("CredentialSpec") is { ValueKind: JsonValueKind.Object })
            return Unsupported("credential specs are for Windows containers: leave --credential-spec out");
        if (privileges?.Seccomp is { Mode: not (null or "" or "default" or "unconfined" or "custom") } seccomp)
            return Invalid($"invalid seccomp mode \"{seccomp.Mode}\": expected default, unconfined or custom");
        return privileges?.AppArmor is { Mode: not (null or "" or "default" or "disabled") } appArmor
            ? Invalid($"invalid AppArmor mode \"{appArmor.Mode}\": expected default or disabled") : null;
    }

    private static Refusal? CheckHealth(HealthConfig? health)
    {
        if (health is null)
            return null;
        (string Name, long? Value)[] durations =
        [
            ("Interval", health.Interval), ("Timeout", health.Timeout),
            ("StartPeriod", health.StartPeriod), ("StartInterval", health.StartInterval),
        ];
        foreach (var (name, value) in durations)
        {
            if (value is not (null or 0) && value < MinDuration)
                return Invalid($"ContainerSpec: {name} in HealthConfig cannot be less than 1ms");
        }
        return health.Retries < 0 ? Invalid("ContainerSpec: Retries in HealthConfig cannot be negative") : null;
    }

    private static Refusal? CheckRest(ContainerSpec container)
    {
        if (container.StopGracePeriod < 0)
            return Invalid("ContainerSpec: StopGracePeriod cannot be negative");
        if (container.Isolation is "process" or "hyperv")
            return Unsupported($"isolation {container.Isolation} is for Windows containers: leave --isolation out");
        if (container.Isolation is not (null or "" or "default"))
            return Invalid($"invalid Isolation: \"{container.Isolation}\"");
        return container.OomScoreAdj is < -1000 or > 1000
            ? Invalid($"ContainerSpec: OomScoreAdj {container.OomScoreAdj} is not between -1000 and 1000") : null;
    }

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);

    private static Refusal Unsupported(string message) => new(RefusalKind.Unsupported, message);
}
