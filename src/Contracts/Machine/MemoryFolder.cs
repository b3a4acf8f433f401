using System.Runtime.InteropServices;

namespace Orch.Contracts.Machine;

/// <summary>
/// A folder whose files never touch a disk: a tmpfs of its own, for its owner only, without swap where the kernel knows
/// how. It outlives the process that mounted it, as containers hold files of it. A config may be a program: the runc of engines
/// since 26 keeps a file's mount flags in the container, where older ones cleared them, so it cannot be mounted noexec.
/// </summary>
public static class MemoryFolder
{
    private const ulong NoSuid = 2, NoDevices = 4, Again = 32;
    private const int Detach = 2;
    private const int InvalidArgument = 22;

    /// <summary>Null when the folder is ready, else why it cannot be.</summary>
    public static string? Mount(string path)
    {
        Directory.CreateDirectory(path);
        if (MountedAs(path) is { } options)
            return options.Split(',').Contains("noexec") ? Remount(path) : null;
        var error = Mount(path, "mode=0700,noswap");
        if (error == InvalidArgument)
            error = Mount(path, "mode=0700");
        return error == 0 ? null : $"a tmpfs for secrets and configs cannot be mounted at {path}: {Text(error)}";
    }

    public static bool IsMounted(string path) => MountedAs(path) is not null;

    /// <summary>The mount's options; null where nothing is mounted.</summary>
    private static string? MountedAs(string path)
    {
        var wanted = Path.GetFullPath(path).Replace(" ", "\\040", StringComparison.Ordinal);
        return File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
            .LastOrDefault(words => words is [_, _, _, _, var at, ..] && at == wanted)?[5];
    }

    /// <summary>Earlier versions mounted it so that no config could be a program.</summary>
    private static string? Remount(string path) => mount("orch-files", path, "tmpfs", Again | NoSuid | NoDevices, "mode=0700") == 0
        ? null : $"the tmpfs for secrets and configs at {path} cannot be remounted: {Text(Marshal.GetLastPInvokeError())}";

    /// <summary>
    /// Takes the folder away with all that is in it; null when nothing is left. A container that still runs holds the
    /// files it has until it ends.
    /// </summary>
    public static string? Unmount(string path)
    {
        if (!Directory.Exists(path))
            return null;
        foreach (var folder in Directory.GetDirectories(path))
            Directory.Delete(folder, recursive: true);
        if (IsMounted(path) && umount2(path, Detach) != 0)
            return $"{path} is empty, but stays mounted: {Text(Marshal.GetLastPInvokeError())}";
        Directory.Delete(path, recursive: true);
        return null;
    }

    public static bool ChangeOwner(string path, uint user, uint group) => lchown(path, user, group) == 0;

    private static int Mount(string path, string options) =>
        mount("orch-files", path, "tmpfs", NoSuid | NoDevices, options) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int mount(string source, string target, string type, ulong flags, string data);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int umount2(string target, int flags);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int lchown(string path, uint user, uint group);
}
