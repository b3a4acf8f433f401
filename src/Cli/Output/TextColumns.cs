using System.Globalization;

namespace Orch.Cli.Output;

/// <summary>
/// Lines with tabs between their cells as aligned columns: at least ten wide, three spaces apart, the last cell of a
/// line left as it is. Docker's layout, which scripts cut by column position.
/// </summary>
internal static class TextColumns
{
    private const int MinWidth = 10;
    private const int Padding = 3;

    public static void Write(TextWriter to, IReadOnlyList<string> lines)
    {
        var rows = lines.Select(line => line.Split('\t')).ToList();
        var widths = new List<int>();
        foreach (var row in rows)
            for (var i = 0; i < row.Length - 1; i++)
            {
                if (widths.Count == i)
                    widths.Add(MinWidth);
                widths[i] = Math.Max(widths[i], Width(row[i]) + Padding);
            }
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length - 1; i++)
            {
                to.Write(row[i]);
                to.Write(new string(' ', widths[i] - Width(row[i])));
            }
            to.Write(row[^1]);
            to.Write('\n');
        }
    }

    private static int Width(string cell) => Ascii(cell) ? cell.Length : new StringInfo(cell).LengthInTextElements;

    private static bool Ascii(string cell) => System.Text.Ascii.IsValid(cell);
}
