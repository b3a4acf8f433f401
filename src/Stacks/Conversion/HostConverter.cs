using Orch.Core.Model.Specs;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>What a service asks of its machines that Docker's spec has no words for, as orch's own part of the spec.</summary>
internal sealed class HostConverter(ProblemList problems)
{
    private const string NoNewPrivileges = "no-new-privileges";

    /// <summary>Null when the service asks for nothing.</summary>
    public HostSettings? Convert(MapNode service)
    {
        var settings = new HostSettings
        {
            Privileged = service.Bool("privileged") == true ? true : null,
            Devices = service.Maps("devices").Select(Device).ToList() is { Count: > 0 } devices ? devices : null,
            ShmSize = service.Long("shm_size") is > 0 and var size ? size : null,
            PidMode = service.Text("pid"),
            IpcMode = service.Text("ipc"),
            UsernsMode = service.Text("userns_mode"),
            CgroupParent = service.Text("cgroup_parent"),
            Runtime = service.Text("runtime"),
            SecurityOpt = Options(service).Where(option => option.Name != NoNewPrivileges && IsHonoured(option))
                .Select(option => option.Value.Length > 0 ? $"{option.Name}={option.Value}" : option.Name).ToList() is { Count: > 0 } options
                ? options : null,
        };
        return settings == new HostSettings() ? null : settings;
    }

    /// <summary>The one security option that Docker's spec knows; null when it is not turned on.</summary>
    public static bool? HasNoNewPrivileges(MapNode service) =>
        Options(service).LastOrDefault(option => option.Name == NoNewPrivileges) is { Name: not null, Value: "" or "true" } ? true : null;

    private static DeviceMapping Device(MapNode device) => new()
    {
        PathOnHost = device.Text("source") ?? "",
        PathInContainer = device.Text("target"),
        CgroupPermissions = device.Text("permissions"),
    };

    /// <summary>NAME, NAME=VALUE or, as it was written once, NAME:VALUE.</summary>
    private static IEnumerable<(string Name, string Value, Position At)> Options(MapNode service)
    {
        foreach (var option in (service["security_opt"] as ListNode)?.Items.OfType<ScalarNode>() ?? [])
        {
            var parts = option.Text.Split(option.Text.Contains('=') ? '=' : ':', 2);
            yield return (parts[0], parts.ElementAtOrDefault(1) ?? "", option.At);
        }
    }

    /// <summary>Docker's own client turns this one into something else than an option; the engine knows none of the name.</summary>
    private bool IsHonoured((string Name, string Value, Position At) option)
    {
        if (option.Name != "systempaths")
            return true;
        problems.Warn(option.At, $"security_opt systempaths={option.Value} is not honoured", "privileged: true leaves them open, and more");
        return false;
    }
}
