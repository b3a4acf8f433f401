using System.Text.Json;
using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>
/// Whether two templates run the same containers. Docker clients re-sort lists on every edit, so lists whose order has no
/// meaning are compared as sets. Placement is left out, since a change of it replaces only tasks whose node no longer
/// fits, and so is when an image is pulled.
/// </summary>
public static class SpecFingerprint
{
    /// <summary>128 bits over the canonical JSON of what a running task is made from.</summary>
    public static UInt128 Of(TaskTemplate template, EndpointSpec? endpoint)
    {
        var canonical = template with
        {
            ContainerSpec = template.ContainerSpec is { } container ? Canonical(container) : null,
            Placement = null,
            RestartPolicy = null,
            Networks = template.Networks is { Count: > 0 } networks
                ? [.. networks.OrderBy(network => network.Target, StringComparer.Ordinal)
                    .Select(network => network with { Aliases = Sorted(network.Aliases) })] : null,
        };
        var ports = new EndpointSpec
        {
            Mode = endpoint?.Mode is null or "vip" ? null : endpoint.Mode,
            Ports = endpoint?.Ports is { Count: > 0 } list
                ? [.. list.Select(WithoutDefaults).OrderBy(p => p.Protocol, StringComparer.Ordinal)
                    .ThenBy(p => p.TargetPort).ThenBy(p => p.PublishedPort)]
                : null,
        };
        return Hash(JsonSerializer.SerializeToUtf8Bytes(canonical, SpecJson.Default.TaskTemplate),
            JsonSerializer.SerializeToUtf8Bytes(ports, SpecJson.Default.EndpointSpec));
    }

    private static ContainerSpec Canonical(ContainerSpec spec) => spec with
    {
        PullOptions = null,
        Privileges = WithoutDefaults(spec.Privileges),
        Env = Sorted(spec.Env),
        Labels = Sorted(spec.Labels),
        Groups = Sorted(spec.Groups),
        CapabilityAdd = Sorted(spec.CapabilityAdd),
        CapabilityDrop = Sorted(spec.CapabilityDrop),
        Sysctls = Sorted(spec.Sysctls),
        Mounts = spec.Mounts is { Count: > 0 } mounts
            ? [.. mounts.OrderBy(mount => mount.Target, StringComparer.Ordinal)] : null,
    };

    /// <summary>Docker's stack files send members that say nothing: null when all of them are such.</summary>
    public static Privileges? WithoutDefaults(Privileges? privileges)
    {
        var unknown = privileges?.Unknown?.Where(member => member.Value.ValueKind != JsonValueKind.Null).ToDictionary();
        var rest = privileges is null ? null : privileges with
        {
            NoNewPrivileges = privileges.NoNewPrivileges is true ? true : null,
            Seccomp = privileges.Seccomp is { Mode: null or "" or "default", Profile: null or [], Unknown: null } ? null : privileges.Seccomp,
            AppArmor = privileges.AppArmor is { Mode: null or "" or "default", Unknown: null } ? null : privileges.AppArmor,
            SELinuxContext = SaysNothing(privileges.SELinuxContext) ? null : privileges.SELinuxContext,
            Unknown = unknown is { Count: > 0 } ? unknown : null,
        };
        return rest == new Privileges() ? null : rest;
    }

    private static bool SaysNothing(SELinuxContext? context) => context is
    { Disable: not true, User: null or "", Role: null or "", Type: null or "", Level: null or "", Unknown: null };

    /// <summary>tcp and ingress are what a port is that does not say otherwise.</summary>
    public static PortConfig WithoutDefaults(PortConfig port) => port with
    {
        Protocol = port.Protocol is "tcp" or "" ? null : port.Protocol,
        PublishMode = port.PublishMode is "ingress" or "" ? null : port.PublishMode,
    };

    private static List<string>? Sorted(List<string>? list) =>
        list is { Count: > 0 } ? [.. list.Order(StringComparer.Ordinal)] : null;

    private static Dictionary<string, string>? Sorted(Dictionary<string, string>? map) =>
        map is { Count: > 0 } ? map.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary() : null;

    private static UInt128 Hash(params ReadOnlySpan<byte[]> parts)
    {
        ulong a = 14695981039346656037UL, b = 0x9E3779B97F4A7C15UL;
        foreach (var part in parts)
        {
            foreach (var value in part)
            {
                a = (a ^ value) * 1099511628211UL;
                b = (b + value) * 0xD6E8FEB86659FD93UL;
                b ^= b >> 32;
            }
            a = (a ^ 0xFF) * 1099511628211UL;
        }
        return new UInt128(a, b);
    }
}
