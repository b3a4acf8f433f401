using System.Globalization;

namespace Orch.Cli.Doctor.Firewall;

/// <summary>The filter table as iptables-save writes it.</summary>
internal static class IptablesRules
{
    public static Dictionary<string, Chain> Parse(string saved)
    {
        var rules = new Dictionary<string, List<Rule>>();
        var policies = new Dictionary<string, Verdict>();
        foreach (var line in saved.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = Words(line);
            if (line[0] == ':' && words.Count > 1)
            {
                rules.TryAdd(words[0][1..], []);
                policies[words[0][1..]] = words[1] switch { "DROP" => Verdict.Drop, "ACCEPT" => Verdict.Accept, _ => Verdict.Continue };
            }
            else if (words is ["-A", var chain, ..] && rules.TryGetValue(chain, out var list))
                list.Add(ParseRule(words[2..]));
        }
        return rules.ToDictionary(pair => pair.Key, pair => new Chain(pair.Value, policies[pair.Key]));
    }

    private static Rule ParseRule(List<string> words)
    {
        var matchers = new List<Func<Packet, Match>>();
        var (verdict, target, not) = (Verdict.Continue, "", false);
        for (var i = 0; i < words.Count; i++)
        {
            var value = i + 1 < words.Count ? words[i + 1] : "";
            switch (words[i])
            {
                case "!":
                    not = true;
                    continue;
                case "-j" or "-g":
                    (verdict, target) = TargetOf(value, words[i] == "-g");
                    i = words.Count; // options of the target follow
                    break;
                case "-m" or "--comment":
                    i++;
                    break;
                default:
                    var (matcher, taken) = Matcher(words[i], value);
                    matchers.Add(not ? Inverted(matcher) : matcher);
                    i += taken;
                    break;
            }
            not = false;
        }
        return new(packet => matchers.Count == 0 ? Match.Yes : matchers.Min(matcher => matcher(packet)), verdict, target);
    }

    private static (Verdict Verdict, string Target) TargetOf(string name, bool instead) => name switch
    {
        "ACCEPT" => (Verdict.Accept, ""),
        "DROP" or "REJECT" => (Verdict.Drop, ""),
        "RETURN" => (Verdict.Return, ""),
        "LOG" or "NFLOG" or "MARK" or "CONNMARK" or "ULOG" or "AUDIT" or "TRACE" or "SET" => (Verdict.Continue, ""),
        _ => (instead ? Verdict.Goto : Verdict.Jump, name),
    };

    /// <summary>What is not known depends: Maybe, with or without a value.</summary>
    private static (Func<Packet, Match> Matcher, int Taken) Matcher(string option, string value) => option switch
    {
        "-p" => (packet => When(value == packet.Protocol || value == "all"), 1),
        "-i" => (packet => OfInterface(value, packet), 1),
        "--dport" or "--dports" => (packet => When(value.Split(',').Any(ports => Includes(ports, packet.Port))), 1),
        "--ctstate" or "--state" => (packet => When(value.Split(',').Contains(packet.State, StringComparer.OrdinalIgnoreCase)), 1),
        "--dst-type" => (_ => When(value == "LOCAL"), 1),
        _ => (_ => Match.Maybe, value.Length > 0 && !value.StartsWith('-') && value != "!" ? 1 : 0),
    };

    private static Match OfInterface(string name, Packet packet) => packet.Interface.Length == 0 ? name == "lo" ? Match.No : Match.Maybe
        : When(name.EndsWith('+') ? packet.Interface.StartsWith(name[..^1], StringComparison.Ordinal) : name == packet.Interface);

    private static bool Includes(string ports, int port)
    {
        var cut = ports.IndexOf(':', StringComparison.Ordinal);
        return int.TryParse(cut < 0 ? ports : ports[..cut], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(cut < 0 ? ports : ports[(cut + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= port && port <= last;
    }

    private static Func<Packet, Match> Inverted(Func<Packet, Match> matcher) => packet => matcher(packet) switch
    {
        Match.Yes => Match.No,
        Match.No => Match.Yes,
        _ => Match.Maybe,
    };

    private static Match When(bool isSo) => isSo ? Match.Yes : Match.No;

    /// <summary>Split at blanks, but for those between quotes.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (var at = 0; at < line.Length;)
        {
            if (line[at] == ' ')
            {
                at++;
                continue;
            }
            var quoted = line[at] == '"';
            var end = line.IndexOf(quoted ? '"' : ' ', at + 1);
            end = end < 0 ? line.Length : end;
            words.Add(quoted ? line[(at + 1)..end] : line[at..end]);
            at = end + 1;
        }
        return words;
    }
}
