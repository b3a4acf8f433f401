using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>What may be asked of a machine beyond Docker's service spec.</summary>
internal static class HostRules
{
    public static Refusal? Check(HostSettings? options)
    {
        if (options is null)
            return null;
        (string Name, string? Value, string[] Words)[] modes =
        [
            ("pid", options.PidMode, ["host"]), ("ipc", options.IpcMode, ["none", "private", "shareable", "host"]),
            ("uts", options.UTSMode, ["host"]), ("userns", options.UsernsMode, ["host"]),
            ("cgroupns", options.CgroupnsMode, ["private", "host"]),
        ];
        foreach (var (name, value, words) in modes)
        {
            if (!string.IsNullOrEmpty(value) && !words.Contains(value))
                return Invalid($"invalid {name} mode \"{value}\": expected {string.Join(" or ", words)}");
        }
        foreach (var device in options.Devices ?? [])
        {
            if (!device.PathOnHost.StartsWith('/') || device.PathInContainer is { Length: > 0 } inside && !inside.StartsWith('/'))
                return Invalid($"device {device.PathOnHost}: its path here and in the container must be absolute");
            if ((device.CgroupPermissions ?? "").Any(right => right is not ('r' or 'w' or 'm')))
                return Invalid($"device {device.PathOnHost}: permissions \"{device.CgroupPermissions}\" are not made of r, w and m");
        }
        if (options.ShmSize < 0 || options.CpuShares < 0)
            return Invalid("a size of /dev/shm and CPU shares cannot be negative");
        return options.BlkioWeight is not (null or 0) and (< 10 or > 1000)
            ? Invalid($"block I/O weight {options.BlkioWeight} is not between 10 and 1000") : null;
    }

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);
}
