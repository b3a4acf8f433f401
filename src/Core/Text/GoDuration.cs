using System.Buffers;
using System.Globalization;

namespace Orch.Core.Text;

/// <summary>Durations as Docker's users write and read them (1h30m, 500ms, 1.5s), in nanoseconds.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, long Nanos)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ];

    /// <summary>Throws <see cref="FormatException"/> in the words Docker's users know.</summary>
    public static long Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest is "0")
            return 0;
        if (rest.IsEmpty)
            throw new FormatException($"time: invalid duration \"{text}\"");
        decimal total = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits < 0)
                throw new FormatException($"time: missing unit in duration \"{text}\"");
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n))
                throw new FormatException($"time: invalid duration \"{text}\"");
            rest = rest[digits..];
            var unitEnd = rest.IndexOfAny(Digits);
            var unit = unitEnd < 0 ? rest : rest[..unitEnd];
            rest = rest[unit.Length..];
            total += n * Nanos(unit, text);
            if (total > long.MaxValue)
                throw new FormatException($"time: invalid duration \"{text}\"");
        }
        return (long)(negative ? -total : total);
    }

    private static long Nanos(ReadOnlySpan<char> unit, string text)
    {
        foreach (var (name, nanos) in Units)
            if (unit.SequenceEqual(name))
                return nanos;
        throw new FormatException($"time: unknown unit \"{unit}\" in duration \"{text}\"");
    }

    /// <summary>1m30s, 1.5s, 200ms, 0s: the form that <see cref="Parse"/> reads.</summary>
    public static string Format(long nanos)
    {
        if (nanos == 0)
            return "0s";
        if (nanos == long.MinValue)
            return "-2562047h47m16.854775808s";
        if (nanos < 0)
            return "-" + Format(-nanos);
        if (nanos < 1_000)
            return Invariant(nanos, "ns");
        if (nanos < 1_000_000)
            return Invariant(nanos / 1_000m, "µs");
        if (nanos < 1_000_000_000)
            return Invariant(nanos / 1_000_000m, "ms");
        var (minutes, rest) = Math.DivRem(nanos, 60_000_000_000);
        var seconds = Invariant(rest / 1_000_000_000m, "s");
        var (hours, minute) = Math.DivRem(minutes, 60);
        return hours > 0 ? $"{hours}h{minute}m{seconds}" : minutes > 0 ? $"{minutes}m{seconds}" : seconds;
    }

    private static string Invariant(decimal value, string unit) =>
        value.ToString("0.#########", CultureInfo.InvariantCulture) + unit;
}
