using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Orch.Core.Model;

namespace Orch.Manager.Store.Sqlite;

/// <summary>What had been acknowledged when the witness was last written.</summary>
internal readonly record struct Witnessed(ulong Head, ulong HeadChain, Epoch Epoch);

/// <summary>
/// A second, small memory of how far the log had come, since SQLite takes a write-ahead log that lost its end for one
/// that never was longer. Written after every commit and before its acknowledgement, without an fsync of its own:
/// after a crash of the process it is exact, after a loss of power it may be older, and it is never newer than what
/// was durable. Two slots in two blocks, written in turn, so that a torn write leaves the other.
/// </summary>
internal sealed class HeadWitness : IDisposable
{
    private const int SlotBytes = 4096;
    private const int UsedBytes = 8 + 8 + 5 * 8 + 4;
    private const ulong Magic = 0x31544957_4843524F;

    private readonly SafeFileHandle _file;
    private ulong _turn;

    private HeadWitness(SafeFileHandle file, ulong turn)
    {
        _file = file;
        _turn = turn;
    }

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="InvalidDataException">Neither slot is readable.</exception>
    public static Witnessed? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        return Newest(File.ReadAllBytes(path))?.Witnessed ?? throw new InvalidDataException("both slots are damaged");
    }

    /// <summary>Opens the file, or creates it complete: it never exists without a valid slot.</summary>
    public static HeadWitness Open(string path, Witnessed initial)
    {
        ulong turn = 0;
        if (File.Exists(path) && Newest(File.ReadAllBytes(path)) is { } slot)
        {
            turn = slot.Turn;
        }
        else
        {
            var fresh = new byte[2 * SlotBytes];
            Encode(fresh, 0, initial);
            DataDirectory.WriteWhole(path, fresh);
        }
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        return new HeadWitness(file, turn);
    }

    public void Write(Witnessed witnessed)
    {
        Span<byte> slot = stackalloc byte[UsedBytes];
        _turn++;
        Encode(slot, _turn, witnessed);
        RandomAccess.Write(_file, slot, (long)(_turn % 2) * SlotBytes);
    }

    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();

    private static void Encode(Span<byte> slot, ulong turn, Witnessed witnessed)
    {
        var epoch = witnessed.Epoch;
        ReadOnlySpan<ulong> numbers =
            [Magic, turn, witnessed.Head, witnessed.HeadChain, epoch.Incarnation, epoch.Term, 0];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(slot[(8 * i)..], numbers[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[(UsedBytes - 4)..], Crc32C.Compute(slot[..(UsedBytes - 4)]));
    }

    private static (ulong Turn, Witnessed Witnessed)? Newest(byte[] bytes)
    {
        var first = Decode(bytes.AsSpan(0, Math.Min(SlotBytes, bytes.Length)));
        var second = Decode(bytes.AsSpan(Math.Min(SlotBytes, bytes.Length)));
        return first is { } a && second is { } b ? (a.Turn > b.Turn ? a : b) : first ?? second;
    }

    private static (ulong Turn, Witnessed Witnessed)? Decode(ReadOnlySpan<byte> slot)
    {
        if (slot.Length < UsedBytes || BinaryPrimitives.ReadUInt64LittleEndian(slot) != Magic)
            return null;
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(slot[(UsedBytes - 4)..]);
        if (Crc32C.Compute(slot[..(UsedBytes - 4)]) != stored)
            return null;
        Span<ulong> numbers = stackalloc ulong[5];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadUInt64LittleEndian(slot[(8 + 8 * i)..]);
        return (numbers[0], new Witnessed(numbers[1], numbers[2], new Epoch(numbers[3], numbers[4])));
    }
}
