using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>Compares two JSON documents member by member, whatever the order of members.</summary>
internal static class JsonMembers
{
    public const string Absent = "(absent)";

    /// <summary>Numbers and keys of the one cluster, which no other has.</summary>
    private static readonly string[] _own = ["Index", "PID", "CertIssuerPublicKey", "CertIssuerSubject", "time", "timeNano"];

    public static bool TryParse(string text, out JsonNode? node)
    {
        node = null;
        if (text.TrimStart() is not ['{' or '[', ..])
            return false;
        try
        {
            node = JsonNode.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Where they differ, and what is there on either side: the highest member that only one of them has.</summary>
    public static IEnumerable<(string Path, string Left, string Right)> Different(JsonNode? left, JsonNode? right) =>
        Different("", left, right);

    private static IEnumerable<(string Path, string Left, string Right)> Different(string path, JsonNode? left, JsonNode? right)
    {
        if (left is JsonObject one && right is JsonObject other)
            return Members(path, one, other);
        if (left is JsonArray first && right is JsonArray second)
            return Elements(path, first, second);
        var (a, b) = (Shown(path, left), Shown(path, right));
        return a == b ? [] : [(path.Length == 0 ? "." : path, a, b)];
    }

    private static IEnumerable<(string, string, string)> Members(string path, JsonObject left, JsonObject right)
    {
        foreach (var name in left.Select(member => member.Key).Union(right.Select(member => member.Key)))
        {
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            if (!right.ContainsKey(name))
                yield return (inner, Shown(inner, left[name]), Absent);
            else if (!left.ContainsKey(name))
                yield return (inner, Absent, Shown(inner, right[name]));
            else
            {
                foreach (var difference in Different(inner, left[name], right[name]))
                    yield return difference;
            }
        }
    }

    /// <summary>What one object is inspected as, a list of one, is spoken of without its number.</summary>
    private static IEnumerable<(string, string, string)> Elements(string path, JsonArray left, JsonArray right)
    {
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var inner = path.Length == 0 && left.Count == 1 && right.Count == 1 ? "" : $"{path}[{i}]";
            if (i >= right.Count)
                yield return (inner, Shown(inner, left[i]), Absent);
            else if (i >= left.Count)
                yield return (inner, Absent, Shown(inner, right[i]));
            else
            {
                foreach (var difference in Different(inner, left[i], right[i]))
                    yield return difference;
            }
        }
    }

    private static string Shown(string path, JsonNode? node) =>
        _own.Contains(path[(path.LastIndexOf('.') + 1)..]) ? "OWN" : Normalized.Text(node?.ToJsonString() ?? "null");
}
