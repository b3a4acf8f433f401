namespace Orch.Cli.Daemons;

/// <summary>
/// Bounds a log that a running program appends to: beyond the limit its content moves to NAME.1 and it starts empty.
/// Copied and truncated rather than renamed, as the program holds the file open.
/// </summary>
internal static class LogRotation
{
    public const long MaxBytes = 10 << 20;

    public static void Trim(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: > MaxBytes })
                return;
            File.Copy(path, path + ".1", overwrite: true);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(0);
        }
        catch (IOException)
        {
            // A log that cannot be bounded now is tried again; the daemons matter more.
        }
    }

    /// <summary>The last lines, for an error that sends the reader there.</summary>
    public static string Tail(string path, int lines)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Seek(-Math.Min(file.Length, 8192), SeekOrigin.End);
            using var reader = new StreamReader(file);
            return string.Join('\n', reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(lines).Select(line => "  | " + line));
        }
        catch (IOException)
        {
            return "  | (no log)";
        }
    }
}
