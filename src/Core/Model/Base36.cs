using System.Diagnostics.CodeAnalysis;

namespace Orch.Core.Model;

/// <summary>
/// 128 bits as 25 characters of <c>[0-9a-z]</c>, Docker's id shape (36^25 &gt; 2^128). Lower case only, fixed width,
/// so text order equals number order.
/// </summary>
public static class Base36
{
    public const int Length = 25;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Format(UInt128 value) => string.Create(Length, value, static (span, v) =>
    {
        // Twelve digits fit in 64 bits (36^12 < 2^63): two 64-bit loops instead of 25 divisions of 128 bits.
        const ulong Chunk = 4738381338321616896UL; // 36^12
        for (var end = span.Length; end > 0; end -= 12)
        {
            var (rest, low) = UInt128.DivRem(v, Chunk);
            var part = (ulong)low;
            for (var i = end - 1; i >= Math.Max(0, end - 12); i--, part /= 36)
                span[i] = Digits[(int)(part % 36)];
            v = rest;
        }
    });

    /// <summary>False for a wrong length, a character outside <c>[0-9a-z]</c>, or a number above 2^128 - 1.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out UInt128 value)
    {
        value = 0;
        if (text is not { Length: Length })
            return false;
        foreach (var c in text)
        {
            var digit = c switch { >= '0' and <= '9' => c - '0', >= 'a' and <= 'z' => c - 'a' + 10, _ => -1 };
            if (digit < 0 || value > (UInt128.MaxValue - (UInt128)digit) / 36)
                return false;
            value = value * 36 + (UInt128)digit;
        }
        return true;
    }
}
