using System.Buffers;
using System.Globalization;

namespace Orch.Core.Text;

/// <summary>Sizes as Docker's users write them: 64M, 1.5g, 512MiB; units are powers of 1024.</summary>
public static class ByteSize
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private const string Prefixes = "kmgtp";

    /// <summary>Throws <see cref="FormatException"/> for anything that is no size.</summary>
    public static long Parse(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        var number = digits < 0 ? text.AsSpan() : text.AsSpan(0, digits);
        var unit = digits < 0 ? "" : text[digits..].Trim().ToLowerInvariant();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"invalid size: '{text}'");
        var power = unit is "" or "b" ? 0 : Prefixes.IndexOf(unit[0], StringComparison.Ordinal) + 1;
        var known = unit is "" or "b" || (power > 0 && unit[1..] is "" or "b" or "ib");
        if (!known)
            throw new FormatException($"invalid suffix: '{unit}'");
        for (var i = 0; i < power; i++)
            value *= 1024;
        return value <= long.MaxValue ? (long)value : throw new FormatException($"invalid size: '{text}'");
    }

    /// <summary>23.54GiB: four digits at most, powers of 1024.</summary>
    public static string Format(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return FourDigits(value) + units[unit];
    }

    private static string FourDigits(double value)
    {
        var decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
        var text = value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }
}
