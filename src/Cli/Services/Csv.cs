namespace Orch.Cli.Services;

/// <summary>The long option values: <c>type=bind,source=/a,readonly</c>, with "…" around fields that hold a comma.</summary>
internal static class Csv
{
    /// <summary>Key in lower case and value; the value is null where there was no "=".</summary>
    public static List<(string Key, string? Value)> Pairs(string text)
    {
        var pairs = new List<(string, string?)>();
        foreach (var field in Fields(text))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            pairs.Add(equals < 0
                ? (field.Trim().ToLowerInvariant(), null)
                : (field[..equals].Trim().ToLowerInvariant(), field[(equals + 1)..]));
        }
        return pairs;
    }

    private static List<string> Fields(string text)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && (quoted || field.Length == 0))
            {
                if (quoted && i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[i++]);
                else
                    quoted = !quoted;
            }
            else if (text[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(text[i]);
        }
        fields.Add(field.ToString());
        return quoted ? throw new FormatException("a quote is not closed") : fields;
    }

    /// <summary>A boolean option: present alone, or 1, 0, true, false.</summary>
    public static bool Bool(string key, string? value) => value?.ToLowerInvariant() switch
    {
        null or "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new FormatException($"invalid value for {key}: {value}"),
    };

    public static (string Key, string Value) KeyValue(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
    }
}
