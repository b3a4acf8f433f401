using System.Globalization;
using Orch.Contracts.Machine;

namespace Orch.Agent.Tasks;

/// <summary>
/// What the agent must still know after a crash, in one append-only file. <see cref="Append"/> returns when the disk has
/// it. An I/O error is thrown and ends the agent: after a failed flush nobody knows what is on the disk, and a new
/// process finds out by reading it.
/// </summary>
public sealed class TaskJournal : IDisposable
{
    private const long CompactFrom = 4 * 1024 * 1024;
    private readonly string _path;
    private readonly JournalState _state;
    private FileStream _file;
    private long _compactAt;

    private TaskJournal(string path, JournalState state)
    {
        _path = path;
        _state = state;
        _file = Rewrite();
    }

    /// <summary>What a fresh <see cref="AgentCore"/> starts from; kept up to date by <see cref="Append"/>.</summary>
    public JournalState State => _state;

    /// <summary>Reads, repairs and compacts. A damaged file is kept aside for people to look at.</summary>
    public static (TaskJournal Journal, JournalRecovery Recovery) Open(string directory, TimeProvider clock)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "tasks.journal");
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        var recovery = JournalRecovery.Of(bytes);
        if (recovery.Condition == JournalCondition.Damaged)
        {
            var stamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            DurableFile.Write($"{path}.damaged-{stamp}", bytes);
        }
        return (new(path, recovery.State), recovery);
    }

    public void Append(IReadOnlyList<JournalEntry> entries)
    {
        if (entries.Count == 0)
            return;
        foreach (var entry in entries)
            _state.Apply(entry);
        if (_file.Length > _compactAt)
        {
            _file.Dispose();
            _file = Rewrite();
            return;
        }
        _file.Write(JournalFrames.Frame(entries));
        _file.Flush(flushToDisk: true);
    }

    private FileStream Rewrite()
    {
        byte[] bytes = [.. JournalFrames.Magic, .. JournalFrames.Frame(_state.Entries())];
        DurableFile.Write(_path, bytes);
        _compactAt = Math.Max(CompactFrom, 4L * bytes.Length);
        var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    public void Dispose() => _file.Dispose();
}
