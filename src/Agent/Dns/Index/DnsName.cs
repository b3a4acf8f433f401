using System.Text;

namespace Orch.Agent.Dns;

/// <summary>Names as messages carry them: labels behind their lengths, lower case, without the root.</summary>
internal static class DnsName
{
    /// <summary>Null when it can be no name: an empty label, one over 63 bytes, or over 255 in all.</summary>
    public static byte[]? Encode(string text)
    {
        var name = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        if (name.Length > DnsWire.MostName - 1)
            return null;
        var at = 0;
        foreach (var range in text.AsSpan().Split('.'))
        {
            var length = Encoding.UTF8.GetBytes(text.AsSpan(range), name.AsSpan(at + 1));
            if (length is 0 or > DnsWire.MostLabel)
                return null;
            name[at] = (byte)length;
            ToLower(name.AsSpan(at + 1, length));
            at += length + 1;
        }
        return name;
    }

    /// <summary>The first label, and what is behind it.</summary>
    public static ReadOnlySpan<byte> First(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> rest)
    {
        if (name.IsEmpty)
        {
            rest = default;
            return default;
        }
        rest = name[(name[0] + 1)..];
        return name.Slice(1, name[0]);
    }

    public static int CountLabels(ReadOnlySpan<byte> name)
    {
        var labels = 0;
        for (; !name.IsEmpty; labels++)
            name = name[(name[0] + 1)..];
        return labels;
    }

    /// <summary>As names are compared: letters of ASCII only.</summary>
    public static void ToLower(Span<byte> label)
    {
        foreach (ref var letter in label)
            letter = ToLower(letter);
    }

    public static byte ToLower(byte letter) => (uint)(letter - 'A') <= 'Z' - 'A' ? (byte)(letter | 0x20) : letter;

    /// <summary>Whether the label is that text, letters of either case.</summary>
    public static bool Is(ReadOnlySpan<byte> label, string text) => Ascii.EqualsIgnoreCase(label, text);

    /// <summary>A label of decimal digits, as people write numbers.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> label, out ulong number)
    {
        number = 0;
        if (label.IsEmpty || label.Length > 18 || (label[0] == '0' && label.Length > 1))
            return false;
        foreach (var digit in label)
        {
            if ((uint)(digit - '0') > 9)
                return false;
            number = number * 10 + (uint)(digit - '0');
        }
        return true;
    }
}
