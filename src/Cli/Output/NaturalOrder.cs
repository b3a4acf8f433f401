namespace Orch.Cli.Output;

/// <summary>Text order in which numbers count as numbers: web.2 comes before web.10.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var digits = char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0]);
            var order = digits ? CompareNumbers(ref left, ref right) : left[0].CompareTo(right[0]);
            if (order != 0)
                return order;
            if (digits)
                continue;
            left = left[1..];
            right = right[1..];
        }
        return left.Length.CompareTo(right.Length);
    }

    private static int CompareNumbers(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var a = Number(ref left);
        var b = Number(ref right);
        var first = a.TrimStart('0');
        var second = b.TrimStart('0');
        if (first.Length != second.Length)
            return first.Length.CompareTo(second.Length);
        var order = first.SequenceCompareTo(second);
        return order != 0 ? order : a.Length.CompareTo(b.Length);
    }

    private static ReadOnlySpan<char> Number(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var number = length < 0 ? text : text[..length];
        text = text[number.Length..];
        return number;
    }
}
