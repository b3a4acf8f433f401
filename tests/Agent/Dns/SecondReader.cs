using Orch.Agent.Dns;

namespace Orch.Tests.Agent.Dns;

/// <summary>Reads packets once more, written to be plain and not fast: what code must a message get?</summary>
internal static class SecondReader
{
    /// <summary>Null: silence. NoError: a proper question.</summary>
    public static Rcode? Judge(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 12 || packet[2] >= 128)
            return null;
        if (((packet[2] >> 3) & 15) != 0)
            return Rcode.NotImplemented;
        if (Word(packet, 4) != 1 || Word(packet, 6) + Word(packet, 8) != 0 || Word(packet, 10) > 16)
            return Rcode.FormatError;
        var at = 12;
        var size = 1;
        while (at < packet.Length && packet[at] is > 0 and < 64)
        {
            size += packet[at] + 1;
            at += packet[at] + 1;
        }
        if (at >= packet.Length || packet[at] != 0 || size > 255 || at + 5 > packet.Length)
            return Rcode.FormatError;
        var (type, @class) = (Word(packet, at + 1), Word(packet, at + 3));
        var extra = Extra(packet, at + 5, Word(packet, 10));
        if (extra != Rcode.NoError)
            return extra;
        return @class != 1 || type is >= 249 and <= 254 ? Rcode.Refused : Rcode.NoError;
    }

    private static Rcode Extra(ReadOnlySpan<byte> packet, int at, int records)
    {
        var (seen, result) = (false, Rcode.NoError);
        for (var i = 0; i < records; i++)
        {
            var name = at;
            while (at < packet.Length && packet[at] is > 0 and < 64)
                at += packet[at] + 1;
            if (at >= packet.Length || packet[at] is >= 64 and < 192)
                return Rcode.FormatError;
            at += packet[at] == 0 ? 1 : 2;
            if (at + 10 > packet.Length || at + 10 + Word(packet, at + 8) > packet.Length)
                return Rcode.FormatError;
            var end = at + 10 + Word(packet, at + 8);
            if (Word(packet, at) == 41)
            {
                if (seen || at != name + 1)
                    return Rcode.FormatError;
                seen = true;
                var option = at + 10;
                while (option + 4 <= end)
                    option += 4 + Word(packet, option + 2);
                if (option != end)
                    return Rcode.FormatError;
                result = packet[at + 5] == 0 ? result : Rcode.BadVersion;
            }
            at = end;
        }
        return result;
    }

    private static int Word(ReadOnlySpan<byte> packet, int at) => (packet[at] << 8) | packet[at + 1];
}
