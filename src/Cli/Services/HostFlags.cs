using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>The options of <c>docker run</c> that Docker's services lack, with the names they have there.</summary>
internal static class HostFlags
{
    /// <summary>Lists of create; update has NAME-add and NAME-rm instead.</summary>
    public static IReadOnlyList<(string Name, string Help, string Type, char Letter)> Lists { get; } =
    [
        ("device", "a device of the machine (/dev/a[:/dev/b[:rwm]])", "device", '\0'),
        ("device-cgroup-rule", "a rule to the allowed devices (c 1:3 rwm)", "list", '\0'),
        ("security-opt", "a security option (seccomp=unconfined)", "list", '\0'),
        ("storage-opt", "an option of the storage driver (size=1G)", "list", '\0'),
    ];

    public static IEnumerable<Flag> Scalars() =>
    [
        Flag.Value("blkio-weight", "uint", "Block I/O weight (10 to 1000, 0 = default)"),
        Flag.Value("cgroup-parent", "string", "Parent cgroup of the container"),
        Flag.Value("cgroupns", "string", "Cgroup namespace: private or host"),
        Flag.Value("cpu-shares", "int", "CPU shares (relative weight)"),
        Flag.Value("cpuset-cpus", "string", "CPUs to run on (0-3, 0,1)"),
        Flag.Value("cpuset-mems", "string", "Memory nodes to use (0-3, 0,1)"),
        Flag.Value("ipc", "string", "IPC mode: none, private, shareable or host"),
        Flag.Value("pid", "string", "PID namespace: host"),
        Flag.Switch("privileged", "Give the container all the rights of its machine"),
        Flag.Value("runtime", "string", "Runtime of the engine to use"),
        Flag.Value("shm-size", "bytes", "Size of /dev/shm"),
        Flag.Value("userns", "string", "User namespace: host"),
        Flag.Value("uts", "string", "UTS namespace: host"),
    ];

    public static HostSettings? Build(ParsedFlags flags) => Any(flags, "") ? Scalars(flags, new HostSettings
    {
        Devices = flags.Each("device", Device).OrNull(),
        DeviceCgroupRules = flags.All("device-cgroup-rule").ToList().OrNull(),
        SecurityOpt = flags.All("security-opt").ToList().OrNull(),
        StorageOpt = flags.All("storage-opt").Aggregate((Dictionary<string, string>?)null, OtherSyntax.Add),
    }) : null;

    public static HostSettings? Edit(ParsedFlags flags, HostSettings? old) => Any(flags, "-add", "-rm") ? Scalars(flags, (old ?? new()) with
    {
        Devices = ListEdit.Keyed(flags, "device", old?.Devices, Device, device => device.PathOnHost, text => text.Split(':')[0]),
        DeviceCgroupRules = ListEdit.Texts(flags, "device-cgroup-rule", old?.DeviceCgroupRules),
        SecurityOpt = ListEdit.Texts(flags, "security-opt", old?.SecurityOpt),
        StorageOpt = ListEdit.Map(flags, "storage-opt", old?.StorageOpt),
    }) : old;

    private static bool Any(ParsedFlags flags, params string[] endings) =>
        Scalars().Any(flag => flags.Has(flag.Name)) || Lists.Any(list => endings.Any(ending => flags.Has(list.Name + ending)));

    private static HostSettings Scalars(ParsedFlags flags, HostSettings old) => old with
    {
        Privileged = flags.Has("privileged") ? flags.On("privileged") ? true : null : old.Privileged,
        ShmSize = flags.Has("shm-size") ? flags.Bytes("shm-size") is > 0 and var size ? size : null : old.ShmSize,
        PidMode = Text(flags, "pid", old.PidMode),
        IpcMode = Text(flags, "ipc", old.IpcMode),
        UTSMode = Text(flags, "uts", old.UTSMode),
        UsernsMode = Text(flags, "userns", old.UsernsMode),
        CgroupnsMode = Text(flags, "cgroupns", old.CgroupnsMode),
        CgroupParent = Text(flags, "cgroup-parent", old.CgroupParent),
        Runtime = Text(flags, "runtime", old.Runtime),
        CpusetCpus = Text(flags, "cpuset-cpus", old.CpusetCpus),
        CpusetMems = Text(flags, "cpuset-mems", old.CpusetMems),
        CpuShares = flags.Has("cpu-shares") ? flags.Number("cpu-shares") is not 0 and var shares ? shares : null : old.CpuShares,
        BlkioWeight = flags.Has("blkio-weight") ? (int?)flags.Number("blkio-weight") is not 0 and var weight ? weight : null : old.BlkioWeight,
    };

    private static string? Text(ParsedFlags flags, string name, string? old) =>
        !flags.Has(name) ? old : flags.Text(name) is { Length: > 0 } text ? text : null;

    private static DeviceMapping Device(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 3 || !parts[0].StartsWith('/'))
            throw new FormatException($"bad device \"{text}\": use /dev/HERE[:/dev/THERE[:rwm]]");
        var rightsOnly = parts.Length == 2 && !parts[1].StartsWith('/');
        return new()
        {
            PathOnHost = parts[0],
            PathInContainer = parts.Length > 1 && !rightsOnly ? parts[1] : parts[0],
            CgroupPermissions = rightsOnly ? parts[1] : parts.Length > 2 ? parts[2] : "rwm",
        };
    }
}
