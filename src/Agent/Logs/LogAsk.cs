using System.Globalization;

namespace Orch.Agent.Logs;

/// <summary>What is wanted of one container's log. Times are Unix nanoseconds, 0 for no limit; a tail of -1 is all.</summary>
public sealed record LogAsk(bool Stdout, bool Stderr, bool Follow, long Since, long Until, long Tail)
{
    /// <summary>The engine's query. Times and driver labels are always asked for: the merge needs them, and adding is theirs.</summary>
    public string Query()
    {
        var tail = Tail < 0 ? "all" : Tail.ToString(CultureInfo.InvariantCulture);
        return $"stdout={Word(Stdout)}&stderr={Word(Stderr)}&follow={Word(Follow)}&tail={tail}&timestamps=1&details=1"
            + (Since > 0 ? $"&since={Seconds(Since)}" : "") + (Until > 0 ? $"&until={Seconds(Until)}" : "");
    }

    private static string Word(bool value) => value ? "1" : "0";

    private static string Seconds(long nanos) => string.Create(
        CultureInfo.InvariantCulture, $"{nanos / 1_000_000_000}.{nanos % 1_000_000_000:D9}");
}
