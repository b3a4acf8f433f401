using System.Globalization;
using System.Text.RegularExpressions;

namespace Orch.Stacks.Yaml;

/// <summary>What a plain scalar means, by YAML's core schema and the octal numbers that file modes are written in.</summary>
internal static partial class Scalars
{
    public static ScalarKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Bool,
        _ when TryInteger(text, out _) => ScalarKind.Integer,
        _ when Float().IsMatch(text) => ScalarKind.Float,
        _ => ScalarKind.Text,
    };

    /// <summary>12, -3, 0x1f, 0o17 and 017 (octal, too).</summary>
    public static bool TryInteger(string text, out long value)
    {
        value = 0;
        var digits = text.AsSpan().TrimStart("+-");
        if (text.Length - digits.Length > 1 || digits.IsEmpty || digits.Length > 22)
            return false;
        var sign = text[0] == '-' ? -1 : 1;
        if (digits.StartsWith("0x") && long.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
            return true;
        if (digits.StartsWith("0o"))
            return TryOctal(digits[2..], sign, out value);
        if (digits.Length > 1 && digits[0] == '0')
            return TryOctal(digits[1..], sign, out value);
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            return false;
        value *= sign;
        return true;
    }

    private static bool TryOctal(ReadOnlySpan<char> digits, int sign, out long value)
    {
        value = 0;
        if (digits.IsEmpty || digits.Length > 20)
            return false;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
                return false;
            value = value * 8 + (digit - '0');
        }
        value *= sign;
        return true;
    }

    public static bool? Bool(string text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "1" or "y" or "Y" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "0" or "n" or "N" => false,
        _ => null,
    };

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Float();
}
