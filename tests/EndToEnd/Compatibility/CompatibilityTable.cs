using System.Text;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>The differences as docs/docker-compatibility.md shows them, between two marks.</summary>
internal static class CompatibilityTable
{
    private const string Begin = "<!-- differences: begin -->";
    private const string End = "<!-- differences: end -->";

    public static string Of(IEnumerable<ExpectedDifference> differences)
    {
        var table = new StringBuilder($"{Begin}\n\n| commands | where | Swarm | orch | why |\n|---|---|---|---|---|\n");
        foreach (var one in differences)
            table.Append($"| {Words(one.Commands)} | {Cell(one.Where)} | {Cell(one.Swarm)} | {Cell(one.Orch)} | {one.Reason} |\n");
        return table.Append($"\n{End}").ToString();
    }

    /// <summary>The document with the table in it that belongs there now.</summary>
    public static string Renewed(string document, string table)
    {
        var (begin, end) = (document.IndexOf(Begin, StringComparison.Ordinal), document.IndexOf(End, StringComparison.Ordinal));
        return begin < 0 || end < begin ? throw new FormatException($"the document lacks {Begin} or {End}")
            : document[..begin] + table + document[(end + End.Length)..];
    }

    private static string Words(string commands) => string.Join(", ", commands.Split(','));

    private static string Cell(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal).Replace('`', '\'')}`";
}
