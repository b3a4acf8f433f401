using System.Globalization;
using System.Text.RegularExpressions;
using Orch.Cli.Output;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;

namespace Orch.Cli.Logs;

/// <summary>What a reader of logs asked for: the manager's query, and what is left to the client.</summary>
internal sealed record LogAsk(IReadOnlyList<string> Query, Regex? Grep, bool Follow)
{
    /// <summary>Null: lines for people.</summary>
    public Template? Format { get; init; }
    public bool Details { get; init; }
    public bool Raw { get; init; }
    public bool Timestamps { get; init; }
    public bool Resolve { get; init; }
    public bool TaskIds { get; init; }
    public bool WholeIds { get; init; }
}

/// <summary>The options of every command that shows logs: Docker's, and --until and --grep.</summary>
internal static class LogFlags
{
    public static Flag[] All =>
    [
        Flag.Switch("details", "Show extra details provided to logs"),
        Flag.Switch("follow", "Follow log output", 'f'),
        Flag.Value("format", "string", "Format each line: 'json' or a Go TEMPLATE like '{{.Task}}: {{.Message}}'"),
        Flag.Value("grep", "regexp", "Show only the lines that match"),
        Flag.Switch("no-resolve", "Do not map IDs to Names in output"),
        Flag.Switch("no-task-ids", "Do not include task IDs in output"),
        Flag.Switch("no-trunc", "Do not truncate output"),
        Flag.Switch("raw", "Do not neatly format logs"),
        Flag.Value("since", "string", "Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)"),
        Flag.Value("tail", "string", "Number of lines to show from the end of the logs of each task", "all", 'n'),
        Flag.Switch("timestamps", "Show timestamps", 't'),
        Flag.Value("until", "string", "Show logs before a timestamp or relative"),
    ];

    public static LogAsk Read(Invocation call)
    {
        var flags = call.Flags;
        var query = new List<string> { "stdout=1", "stderr=1", "details=1", $"tail={Uri.EscapeDataString(flags.Text("tail") ?? "all")}" };
        if (flags.On("follow"))
            query.Add("follow=1");
        var format = flags.Text("format") is { Length: > 0 } given ? Listing.LineTemplate(given) : null;
        if (flags.On("timestamps") || format is not null)
            query.Add("timestamps=1");
        foreach (var limit in new[] { "since", "until" })
            if (flags.Text(limit) is { Length: > 0 } text)
                query.Add($"{limit}={Moment(limit, text, call.Terminal.Clock)}");
        return new LogAsk(query, Pattern(flags.Text("grep")), flags.On("follow"))
        {
            Format = format,
            Details = flags.On("details"),
            Raw = flags.On("raw"),
            Timestamps = flags.On("timestamps"),
            Resolve = !flags.On("no-resolve"),
            TaskIds = !flags.On("no-task-ids"),
            WholeIds = flags.On("no-trunc"),
        };
    }

    /// <summary>Never backtracks: a pattern typed in haste must not stop a stream.</summary>
    private static Regex? Pattern(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new UsageException($"invalid argument \"{text}\" for \"--grep\" flag: {e.Message}");
        }
    }

    /// <summary>A duration counts back from now; a moment without a zone is local; digits are Unix seconds.</summary>
    public static string Moment(string flag, string text, TimeProvider clock)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            return text;
        decimal nanos;
        try
        {
            nanos = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100m - GoDuration.Parse(text);
        }
        catch (FormatException)
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment))
                throw new UsageException($"invalid argument \"{text}\" for \"--{flag}\" flag: neither a moment nor a duration");
            nanos = (moment - DateTimeOffset.UnixEpoch).Ticks * 100m;
        }
        return (nanos / 1_000_000_000m).ToString("0.000000000", CultureInfo.InvariantCulture);
    }
}
