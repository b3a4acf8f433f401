using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;

namespace Orch.Cli.Output;

/// <summary>
/// The objects of a list, each as named fields, shown as a table, as lines of JSON, as ids alone or by a template:
/// what --format and -q say.
/// </summary>
internal static class Listing
{
    public static Flag FormatFlag => Flag.Value("format", "string",
        "Format output: 'table', 'table TEMPLATE', 'json' or a Go TEMPLATE like '{{.Name}}: {{.ID}}'");
    public static Flag QuietFlag => Flag.Switch("quiet", "Only display IDs", 'q');
    public static Flag FilterFlag(string keys) =>
        Flag.List("filter", $"Filter output: KEY=VALUE with KEY one of {keys}", "filter", 'f');

    /// <summary>Columns are field name and heading; indent changes a field in the default table only.</summary>
    public static void Write(Invocation call, IReadOnlyList<(string Field, string Heading)> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, Action<Dictionary<string, object?>>? forTable = null)
    {
        var format = call.Flags.Text("format") ?? (call.Flags.On("quiet") ? "{{.ID}}" : "table");
        if (format == "table")
            WriteTable(call.Out, columns, rows, forTable);
        else if (format.StartsWith("table ", StringComparison.Ordinal))
            WriteTemplateTable(call.Out, format[6..], columns, rows, forTable);
        else
            WriteLines(call.Out, LineTemplate(format), rows);
    }

    private static void WriteTable(TextWriter to, IReadOnlyList<(string Field, string Heading)> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, Action<Dictionary<string, object?>>? forTable)
    {
        var lines = new List<string> { string.Join('\t', columns.Select(column => column.Heading)) };
        foreach (var row in Adjust(rows, forTable))
            lines.Add(string.Join('\t', columns.Select(column => TemplateValue.Print(row[column.Field]))));
        TextColumns.Write(to, lines);
    }

    private static void WriteTemplateTable(TextWriter to, string format, IReadOnlyList<(string Field, string Heading)> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, Action<Dictionary<string, object?>>? forTable)
    {
        var template = Template.Parse(Unescape(format));
        var headings = rows.SelectMany(row => row.Keys).Distinct().ToDictionary(key => key, key => (object?)key.ToUpperInvariant());
        foreach (var (field, heading) in columns)
            headings[field] = heading;
        TextColumns.Write(to, [template.Render(headings), .. Adjust(rows, forTable).Select(row => template.Render(row))]);
    }

    private static void WriteLines(TextWriter to, Template template, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        foreach (var row in rows)
        {
            to.Write(template.Render(row));
            to.Write('\n');
        }
    }

    private static IEnumerable<IReadOnlyDictionary<string, object?>> Adjust(
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, Action<Dictionary<string, object?>>? forTable)
    {
        foreach (var row in rows)
        {
            var copy = new Dictionary<string, object?>(row);
            forTable?.Invoke(copy);
            yield return copy;
        }
    }

    /// <summary>Shells hand on \t and \n as written; Docker reads them as tab and line end.</summary>
    /// <summary>What --format says of one object at a time: a template of fields, or the whole object as a line of JSON.</summary>
    public static Template LineTemplate(string format) => Template.Parse(format == "json" ? "{{json .}}" : Unescape(format));

    private static string Unescape(string format) =>
        format.Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
}
