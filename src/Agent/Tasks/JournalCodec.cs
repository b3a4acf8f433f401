using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Epoch = Orch.Core.Model.Epoch;

namespace Orch.Agent.Tasks;

/// <summary>Entries to and from bytes. The numbers of the kinds are on disks: never change or reuse one.</summary>
internal static class JournalCodec
{
    public static void Write(BinaryWriter to, JournalEntry entry)
    {
        switch (entry)
        {
            case JournalEntry.Booted e: to.Write((byte)1); to.Write(e.BootId); break;
            case JournalEntry.EpochRaised e: to.Write((byte)2); to.Write(e.Epoch.Incarnation); to.Write(e.Epoch.Term); break;
            case JournalEntry.RevisionReached e: to.Write((byte)3); to.Write(e.Revision); break;
            case JournalEntry.SpecKept e: to.Write((byte)4); Write(to, e.Spec); break;
            case JournalEntry.SpecDropped e: to.Write((byte)5); to.Write(e.ServiceId); to.Write(e.Version); break;
            case JournalEntry.Assigned e: to.Write((byte)6); Write(to, e.Task); Write(to, e.Assignment); break;
            case JournalEntry.RemovalAsked e: to.Write((byte)7); Write(to, e.Task); break;
            case JournalEntry.Gone e: to.Write((byte)8); Write(to, e.Task); break;
            case JournalEntry.Ended e: to.Write((byte)9); Write(to, e.Task); Write(to, e.Report); break;
            case JournalEntry.Recorded e: to.Write((byte)10); Write(to, e.Task); break;
            case JournalEntry.Restarted e:
                to.Write((byte)11);
                Write(to, e.Task);
                to.Write(e.Count);
                to.Write(e.ChargedAt);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(entry), entry, "no code for this entry");
        }
    }

    /// <summary>Throws <see cref="InvalidDataException"/> or <see cref="EndOfStreamException"/> for what is no entry.</summary>
    public static JournalEntry Read(BinaryReader from) => from.ReadByte() switch
    {
        1 => new JournalEntry.Booted(from.ReadString()),
        2 => new JournalEntry.EpochRaised(new Epoch(from.ReadUInt64(), from.ReadUInt64())),
        3 => new JournalEntry.RevisionReached(from.ReadUInt64()),
        4 => new JournalEntry.SpecKept(TaskSpecVersion.Parser.ParseFrom(Bytes(from))),
        5 => new JournalEntry.SpecDropped(from.ReadString(), from.ReadUInt64()),
        6 => new JournalEntry.Assigned(Task(from), TaskAssignment.Parser.ParseFrom(Bytes(from))),
        7 => new JournalEntry.RemovalAsked(Task(from)),
        8 => new JournalEntry.Gone(Task(from)),
        9 => new JournalEntry.Ended(Task(from), TaskReport.Parser.ParseFrom(Bytes(from))),
        10 => new JournalEntry.Recorded(Task(from)),
        11 => new JournalEntry.Restarted(Task(from), from.ReadUInt32(), from.ReadInt64()),
        var kind => throw new InvalidDataException($"entry of unknown kind {kind}"),
    };

    private static void Write(BinaryWriter to, TaskId id)
    {
        to.Write((ulong)(id.Value >> 64));
        to.Write((ulong)id.Value);
    }

    private static TaskId Task(BinaryReader from) => new(new UInt128(from.ReadUInt64(), from.ReadUInt64()));

    private static void Write(BinaryWriter to, IMessage message)
    {
        var bytes = message.ToByteArray();
        to.Write(bytes.Length);
        to.Write(bytes);
    }

    private static byte[] Bytes(BinaryReader from)
    {
        var length = from.ReadInt32();
        var left = from.BaseStream.Length - from.BaseStream.Position;
        return length >= 0 && length <= left
            ? from.ReadBytes(length)
            : throw new InvalidDataException($"a message of {length} bytes where {left} are left");
    }
}
