using System.Globalization;
using System.Text;
using Orch.Core.Model;

namespace Orch.Agent.Logs;

/// <summary>
/// One message of a container's log as the engine stored it. Text keeps its line end; a message longer than the engine's
/// own limit comes in pieces, of which only the last has one.
/// </summary>
public readonly record struct LogPiece(uint Stream, long At, string Attributes, ReadOnlyMemory<byte> Text)
{
    /// <summary>Splits "time attributes text". What does not begin with a time is all text, with time 0.</summary>
    public static LogPiece Parse(uint stream, ReadOnlyMemory<byte> line)
    {
        var bytes = line.Span;
        var space = bytes[..Math.Min(bytes.Length, 40)].IndexOf((byte)' ');
        if (space < 20 || !TryTime(bytes[..space], out var at))
            return new(stream, 0, "", line);
        var rest = line[(space + 1)..];
        var end = rest.Span.IndexOf((byte)' ');
        return end < 0 ? new(stream, at, "", rest)
            : new(stream, at, Encoding.UTF8.GetString(rest.Span[..end]), rest[(end + 1)..]);
    }

    /// <summary>2026-11-21T02:13:41.036776542Z, maybe with an offset; digits beyond the framework's seven are kept.</summary>
    private static bool TryTime(ReadOnlySpan<byte> bytes, out long nanos)
    {
        nanos = 0;
        var text = Encoding.ASCII.GetString(bytes);
        var zone = text.LastIndexOfAny(['Z', '+', '-']);
        if (zone < 19 || !DateTimeOffset.TryParseExact(text[..19] + text[zone..], "yyyy-MM-dd'T'HH:mm:ssK",
                CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return false;
        var fraction = zone > 20 ? text[20..zone].PadRight(9, '0')[..9] : "0";
        if (!long.TryParse(fraction, NumberStyles.None, CultureInfo.InvariantCulture, out var below))
            return false;
        nanos = Timestamp.From(moment).UnixNanos + below;
        return true;
    }
}
