using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Orch.Contracts.Machine;

/// <summary>
/// Replaces small files so that a crash at any moment leaves the old or the new content, never a mixture: written
/// beside the target, flushed to the disk, renamed over it, and the rename itself flushed (a directory is data too).
/// </summary>
public static class DurableFile
{
    private const int ReadOnlyDirectory = 0x90000; // O_DIRECTORY | O_CLOEXEC
    private const int InvalidArgument = 22;

    /// <summary>Throws <see cref="IOException"/> when the content could not be made durable.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = Private)
    {
        var temporary = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = mode,
        };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Read and write for the owner alone: right for keys and identities.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes creations, renames and removals inside the directory durable.</summary>
    public static void FlushDirectory(string directory)
    {
        var descriptor = open(Encoding.UTF8.GetBytes(directory + "\0"), ReadOnlyDirectory);
        if (descriptor < 0)
            throw Failure($"cannot open directory {directory}");
        try
        {
            // Some file systems have no notion of flushing a directory and say EINVAL: nothing is owed there.
            if (fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw Failure($"cannot flush directory {directory}");
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string what) =>
        new($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
}
