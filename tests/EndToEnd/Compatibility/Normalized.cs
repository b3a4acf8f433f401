using System.Text.RegularExpressions;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>
/// Takes out of a text what differs between any two clusters: ids, moments, tokens, certificates, ports chosen at random,
/// the width of columns; and the "rpc error" that Docker's managers put before what they say to each other.
/// </summary>
internal static partial class Normalized
{
    public static string Text(string text)
    {
        text = Certificate().Replace(text, "CERTIFICATE");
        text = Moment().Replace(text, "MOMENT");
        text = Ago().Replace(text, "AGO");
        text = Token().Replace(text, "TOKEN");
        text = RpcError().Replace(text, "");
        text = Id().Replace(text, "ID");
        text = ShortId().Replace(text, "SHORT");
        text = IssuerKey().Replace(text, "KEY");
        return Blanks().Replace(text, " ").Trim();
    }

    public static IReadOnlyList<string> Lines(string text) =>
        [.. Certificate().Replace(text, "CERTIFICATE").Split('\n').Select(Text).Where(line => line.Length > 0)];

    [GeneratedRegex("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", RegexOptions.Singleline)]
    private static partial Regex Certificate();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?Z| \+0000 (utc|UTC))?")]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b(Less than a|About an?|\d+) (second|minute|hour)s?( ago)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Ago();

    [GeneratedRegex(@"\bSWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}\b")]
    private static partial Regex Token();

    [GeneratedRegex(@"rpc error: code = \w+ desc = ")]
    private static partial Regex RpcError();

    [GeneratedRegex(@"\b([0-9a-f]{64}|[0-9a-z]{25})\b")]
    private static partial Regex Id();

    // In a table the id comes first, in a log's prefix after the slot; one in fifty has no digit that tells it from a word.
    [GeneratedRegex(@"\b(?=[0-9a-z]*[0-9])[0-9a-z]{12}\b|^[0-9a-z]{12}(?= |$)|(?<=\.\d+\.)[0-9a-z]{12}(?=@)")]
    private static partial Regex ShortId();

    [GeneratedRegex(@"(?<=Issuer (Subject|Public Key):\s*)\S+")]
    private static partial Regex IssuerKey();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
