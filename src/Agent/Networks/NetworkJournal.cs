using System.Buffers.Binary;
using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Contracts.Machine;

namespace Orch.Agent.Networks;

/// <summary>
/// What managers said of networks, services and endpoints, kept so that a machine that comes up without a manager has its
/// names and rules. An append-only file of updates; what a crash tears off its end the next session brings again, so only
/// networks, without which no task starts, are flushed to the disk.
/// </summary>
internal sealed class NetworkJournal : IDisposable
{
    private const int Header = 8;
    private const int Longest = 64 * 1024 * 1024;
    private const long CompactFrom = 1024 * 1024;
    private static ReadOnlySpan<byte> Magic => "orchan1\n"u8;
    private readonly string _path;
    private readonly Action<string> _warn;
    private FileStream? _file;
    private long _compactAt;

    private NetworkJournal(string path, NetworkTruth truth, Action<string> warn)
    {
        (_path, _warn) = (path, warn);
        Truth = truth;
        _file = TryRewrite();
    }

    /// <summary>Everything that was said and still holds.</summary>
    public NetworkTruth Truth { get; }

    /// <summary>
    /// A disk that takes nothing more costs what the next start would have known, and a warning: the containers' names are
    /// worth more than their file.
    /// </summary>
    public static NetworkJournal Open(string directory, Action<string> warn)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "networks.journal");
        var truth = new NetworkTruth();
        foreach (var update in Read(File.Exists(path) ? File.ReadAllBytes(path) : []))
            truth.Apply(update);
        return new(path, truth, warn);
    }

    public void Append(NetworkUpdate update)
    {
        Truth.Apply(update);
        if (_file is null || _file.Length > _compactAt)
        {
            _file?.Dispose();
            _file = TryRewrite();
            return;
        }
        try
        {
            _file.Write(Frame(update));
            _file.Flush(flushToDisk: update.Networks.Count > 0);
        }
        catch (IOException e)
        {
            // What it wrote of the frame must not be taken for the end: the next append writes the file anew.
            _warn($"{_path} cannot be written: {e.Message}");
            _file.Dispose();
            _file = null;
        }
    }

    private FileStream? TryRewrite()
    {
        try
        {
            return Rewrite();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"{_path} cannot be written: {e.Message}");
            return null;
        }
    }

    private FileStream Rewrite()
    {
        byte[] bytes = [.. Magic, .. Frame(Truth.Whole())];
        DurableFile.Write(_path, bytes);
        _compactAt = Math.Max(CompactFrom, 4L * bytes.Length);
        var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    private static byte[] Frame(NetworkUpdate update)
    {
        var frame = new byte[Header + update.CalculateSize()];
        update.WriteTo(frame.AsSpan(Header));
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - Header);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Checksum.Of(frame.AsSpan(Header)));
        return frame;
    }

    /// <summary>Up to the first frame that is not whole.</summary>
    private static IEnumerable<NetworkUpdate> Read(byte[] file)
    {
        if (!file.AsSpan().StartsWith(Magic))
            yield break;
        for (var at = Magic.Length; file.Length - at >= Header;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            if (length < 0 || length > Longest || length > file.Length - at - Header
                || Checksum.Of(file.AsSpan(at + Header, length)) != BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4)))
                yield break;
            yield return NetworkUpdate.Parser.ParseFrom(file, at + Header, length);
            at += Header + length;
        }
    }

    public void Dispose() => _file?.Dispose();
}
