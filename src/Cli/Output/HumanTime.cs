namespace Orch.Cli.Output;

/// <summary>Lengths of time in Docker's words: "Less than a second", "About an hour", "3 weeks".</summary>
internal static class HumanTime
{
    public static string Span(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        var minutes = (long)span.TotalMinutes;
        var hours = (long)(span.TotalHours + 0.5);
        return seconds switch
        {
            < 1 => "Less than a second",
            1 => "1 second",
            < 60 => $"{seconds} seconds",
            _ when minutes == 1 => "About a minute",
            _ when minutes < 60 => $"{minutes} minutes",
            _ when hours == 1 => "About an hour",
            _ when hours < 48 => $"{hours} hours",
            _ when hours < 24 * 7 * 2 => $"{hours / 24} days",
            _ when hours < 24 * 30 * 2 => $"{hours / 24 / 7} weeks",
            _ when hours < 24 * 365 * 2 => $"{hours / 24 / 30} months",
            _ => $"{(long)span.TotalHours / 24 / 365} years",
        };
    }

    /// <summary>"less than a second ago": how Docker ends a sentence about the past.</summary>
    public static string Ago(TimeSpan span) => Span(span).ToLowerInvariant() + " ago";
}
