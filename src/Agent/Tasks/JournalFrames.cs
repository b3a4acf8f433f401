using System.Buffers.Binary;
using Google.Protobuf;

namespace Orch.Agent.Tasks;

/// <summary>
/// The journal's bytes: a magic word, then frames of length, checksum and entries. All entries of one append are one
/// frame, so that a torn write loses the whole append, which nobody relied on yet, and never a part of it.
/// </summary>
internal static class JournalFrames
{
    public static ReadOnlySpan<byte> Magic => "orchaj1\n"u8;
    private const int Header = 8;
    private const int Longest = 64 * 1024 * 1024;

    public static byte[] Frame(IEnumerable<JournalEntry> entries)
    {
        using var memory = new MemoryStream();
        memory.Write(stackalloc byte[Header]);
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            foreach (var entry in entries)
                JournalCodec.Write(writer, entry);
        }
        var frame = memory.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - Header);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Checksum.Of(frame.AsSpan(Header)));
        return frame;
    }

    /// <summary>The entries at this place and where the next frame begins; null when there is no whole frame here.</summary>
    public static (IReadOnlyList<JournalEntry> Entries, int Next)? Read(byte[] file, int at)
    {
        if (file.Length - at < Header)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
        if (length <= 0 || length > Longest || length > file.Length - at - Header)
            return null;
        if (Checksum.Of(file.AsSpan(at + Header, length)) != BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4)))
            return null;
        return Decode(file, at + Header, length) is { } entries ? (entries, at + Header + length) : null;
    }

    private static List<JournalEntry>? Decode(byte[] file, int at, int length)
    {
        using var memory = new MemoryStream(file, at, length, writable: false);
        using var reader = new BinaryReader(memory);
        var entries = new List<JournalEntry>();
        try
        {
            while (memory.Position < memory.Length)
                entries.Add(JournalCodec.Read(reader));
            return entries;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
