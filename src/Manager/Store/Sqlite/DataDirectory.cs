using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// The directory of one log: made for the manager's user alone, held by one process at a time, and its entries made
/// durable, which an fsync of a file does not do.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const int WouldBlock = 11;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "log.db");

    public string WriteAheadLog => Database + "-wal";

    public string Witness => System.IO.Path.Combine(Path, "log.head");

    /// <exception cref="LogInUseException">Another process holds the directory.</exception>
    /// <exception cref="LogUnavailableException">It cannot be created or written.</exception>
    public static DataDirectory Acquire(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var lockPath = System.IO.Path.Combine(path, "log.lock");
        try
        {
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path, OwnerFile | UnixFileMode.UserExecute);
                Sync(System.IO.Path.GetDirectoryName(path)!);
            }
            var held = new FileStream(lockPath, Options(FileMode.OpenOrCreate));
            held.SetLength(0);
            held.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            held.Flush();
            return new DataDirectory(path, held);
        }
        catch (IOException error) when (error.HResult == WouldBlock)
        {
            throw new LogInUseException(lockPath, Holder(lockPath));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException(
                $"The data directory {path} cannot be used: {error.Message} Check that it is a directory on a file "
                + "system mounted writable, and that the manager's user owns it.", error);
        }
    }

    /// <summary>Makes an empty database file readable for its owner alone; SQLite copies the mode to its log.</summary>
    public void CreateDatabaseFile()
    {
        using var file = new FileStream(Database, Options(FileMode.OpenOrCreate));
        file.Flush(flushToDisk: true);
    }

    /// <summary>Makes files that were created, renamed or removed here survive a loss of power.</summary>
    public void Sync() => Sync(Path);

    /// <summary>Creates or replaces a file so that after a crash it is the old or the new one, complete.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, Options(FileMode.Create)))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        Sync(System.IO.Path.GetDirectoryName(path)!);
    }

    public static FileStreamOptions Options(FileMode mode) => new()
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        BufferSize = 0,
        UnixCreateMode = OwnerFile,
    };

    public void Dispose() => _lock.Dispose();

    // Opened without .NET's own advisory lock, which would be refused for the same reason.
    private static int? Holder(string lockPath)
    {
        using var file = new SafeFileHandle(NativeOpen(Encoding.UTF8.GetBytes(lockPath + '\0'), ReadOnly), true);
        if (file.IsInvalid)
            return null;
        Span<byte> text = stackalloc byte[32];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length], CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }

    private static void Sync(string directory)
    {
        var descriptor = NativeOpen(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly);
        if (descriptor < 0)
            throw new IOException($"{directory} cannot be opened, error {Marshal.GetLastPInvokeError()}.");
        try
        {
            if (NativeSync(descriptor) != 0)
                throw new IOException($"fsync of {directory} failed, error {Marshal.GetLastPInvokeError()}.");
        }
        finally
        {
            _ = NativeClose(descriptor);
        }
    }

    // O_RDONLY | O_CLOEXEC; the same number on every Linux architecture that .NET runs on.
    private const int ReadOnly = 0x80000;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int NativeOpen(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int NativeSync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int NativeClose(int descriptor);
}
