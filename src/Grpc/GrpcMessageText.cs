using System.Text;

namespace Orch.Grpc;

/// <summary>
/// The <c>grpc-message</c> header: UTF-8, with everything outside printable ASCII percent-encoded. Decoding never
/// fails; a malformed escape is kept as it is, because losing an error text helps nobody.
/// </summary>
internal static class GrpcMessageText
{
    // Longer texts would meet header limits of peers and so hide the status itself.
    private const int MaxBytes = 4096;

    public static string Encode(string message)
    {
        var text = new StringBuilder(message.Length);
        var bytes = Encoding.UTF8.GetBytes(message);
        foreach (var b in bytes.AsSpan(0, Math.Min(bytes.Length, MaxBytes)))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%') text.Append((char)b);
            else text.Append('%').Append(Convert.ToHexString([b]));
        }

        return text.ToString();
    }

    public static string Decode(string header)
    {
        if (!header.Contains('%', StringComparison.Ordinal)) return header;
        var bytes = new List<byte>(header.Length);
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '%' && i + 2 < header.Length && IsHexPair(header, i + 1))
            {
                bytes.Add(Convert.ToByte(header.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(header, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static bool IsHexPair(string text, int at) =>
        char.IsAsciiHexDigit(text[at]) && char.IsAsciiHexDigit(text[at + 1]);
}
