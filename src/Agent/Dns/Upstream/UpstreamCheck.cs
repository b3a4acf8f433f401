using System.Buffers.Binary;

namespace Orch.Agent.Dns;

/// <summary>Whether a message answers the question that was sent: its id, and the question itself in any letter case.</summary>
internal static class UpstreamCheck
{
    public static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query)
    {
        if (answer.Length < DnsWire.HeaderSize || !answer[..2].SequenceEqual(query[..2])
            || (answer[2] & 0x80) == 0 || (answer[2] & 0x78) != 0)
            return false;

        // A server that cannot read the question may leave it out.
        if (BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) == 0)
            return (Rcode)(answer[3] & 0x0F) is not (Rcode.NoError or Rcode.NoSuchName);
        var end = QuestionEnd(query);
        return BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) == 1 && answer.Length >= end
            && Same(answer[DnsWire.HeaderSize..end], query[DnsWire.HeaderSize..end]);
    }

    /// <summary>Of a question that was read before.</summary>
    public static int QuestionEnd(ReadOnlySpan<byte> query)
    {
        var at = DnsWire.HeaderSize;
        while (query[at] != 0)
            at += query[at] + 1;
        return at + 5;
    }

    private static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        for (var i = 0; i < one.Length; i++)
        {
            if (DnsName.ToLower(one[i]) != DnsName.ToLower(other[i]))
                return false;
        }
        return true;
    }
}
