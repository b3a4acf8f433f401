using System.Text.RegularExpressions;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>
/// A line of differences.tsv: commands (several with commas), where, what Swarm says, what orch says, why. A * stands for
/// any text.
/// </summary>
internal sealed class ExpectedDifference
{
    private readonly Regex _commands;
    private readonly Regex _where;
    private readonly Regex _swarm;
    private readonly Regex _orch;

    private ExpectedDifference(string[] columns)
    {
        (Commands, Where, Swarm, Orch, Reason) = (columns[0], columns[1], columns[2], columns[3], columns[4]);
        _commands = Pattern(Commands.Split(','));
        (_where, _swarm, _orch) = (Pattern(Where), Pattern(Swarm), Pattern(Orch));
    }

    public string Commands { get; }
    public string Where { get; }
    public string Swarm { get; }
    public string Orch { get; }
    public string Reason { get; }

    public static IReadOnlyList<ExpectedDifference> Read(IEnumerable<string> lines) =>
    [
        .. lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t') is { Length: 5 } columns && columns[4].Length > 0
            ? new ExpectedDifference(columns) : throw new FormatException($"differences.tsv: not five columns with a reason: {line}")),
    ];

    public bool Covers(Difference difference) => _commands.IsMatch(difference.Command) && _where.IsMatch(difference.Where)
        && _swarm.IsMatch(difference.Swarm) && _orch.IsMatch(difference.Orch);

    public override string ToString() => $"{Commands}\t{Where}\t{Swarm}\t{Orch}";

    private static Regex Pattern(params string[] globs) => new(
        $"^(?:{string.Join('|', globs.Select(glob => Regex.Escape(glob).Replace("\\*", ".*", StringComparison.Ordinal)))})$",
        RegexOptions.Singleline | RegexOptions.NonBacktracking);
}
