using System.Text.RegularExpressions;

namespace Orch.Manager.Api;

/// <summary>
/// The values of a filter by name or id, which Docker takes as regular expressions: <c>^front$</c> is front alone. Patterns
/// come from clients, so they are short, never go back, and have little time; one that cannot be read matches only what
/// contains its very text.
/// </summary>
internal sealed class NamePatterns
{
    private const int LongestPattern = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly List<(string Text, Regex? Pattern)> _wanted;

    private NamePatterns(List<(string Text, Regex? Pattern)> wanted) => _wanted = wanted;

    public static NamePatterns Of(Filters filters, string key) => new([.. filters.Get(key).Select(text => (text, Read(text)))]);

    /// <summary>Without a pattern everything matches.</summary>
    public bool Match(string value) => _wanted.Count == 0 || _wanted.Exists(wanted =>
        value.Contains(wanted.Text, StringComparison.Ordinal) || (wanted.Pattern is { } pattern && Match(pattern, value)));

    private static bool Match(Regex pattern, string value)
    {
        try
        {
            return pattern.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>Plain text, which most filters are, needs no expression.</summary>
    private static Regex? Read(string text)
    {
        if (text.Length > LongestPattern || text == Regex.Escape(text))
            return null;
        try
        {
            return new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
