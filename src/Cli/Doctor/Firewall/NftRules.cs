using System.Text.Json;

namespace Orch.Cli.Doctor.Firewall;

/// <summary>
/// The chains that nft knows (<c>nft -j list ruleset</c>), but for orch's own and for the tables that iptables keeps there:
/// those are read with iptables' own words.
/// </summary>
internal static class NftRules
{
    private static readonly HashSet<string> _ofIptables = ["filter", "nat", "mangle", "raw", "security"];

    /// <summary>Chains by "family table name", and those that every incoming packet passes. Nothing for what is no such JSON.</summary>
    public static (Dictionary<string, Chain> Chains, List<string> Inputs) Parse(string json)
    {
        var (rules, policies, inputs) = (new Dictionary<string, List<Rule>>(), new Dictionary<string, Verdict>(), new List<string>());
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
            {
                if (item.TryGetProperty("chain", out var chain) && KeyOf(chain, "name") is { } name)
                {
                    rules.TryAdd(name, []);
                    policies[name] = Text(chain, "policy") == "drop" ? Verdict.Drop : Verdict.Accept;
                    if (Text(chain, "hook") == "input" && Text(chain, "type") == "filter")
                        inputs.Add(name);
                }
                else if (item.TryGetProperty("rule", out var rule) && KeyOf(rule, "chain") is { } of && rules.TryGetValue(of, out var list))
                    list.Add(ParseRule(rule.GetProperty("expr").Clone(), of));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ([], []);
        }
        return (rules.ToDictionary(pair => pair.Key, pair => new Chain(pair.Value, policies[pair.Key])), inputs);
    }

    private static string? KeyOf(JsonElement item, string member)
    {
        var (family, table) = (Text(item, "family"), Text(item, "table"));
        return family is not ("ip" or "inet") || (family == "ip" && (table == "orch" || _ofIptables.Contains(table)))
            ? null : $"{family} {table} {Text(item, member)}";
    }

    private static Rule ParseRule(JsonElement expressions, string chain)
    {
        var matches = new List<JsonElement>();
        var (verdict, target, unclear) = (Verdict.Continue, "", false);
        foreach (var expression in expressions.EnumerateArray().SelectMany(one => one.EnumerateObject()))
        {
            switch (expression.Name)
            {
                case "match": matches.Add(expression.Value); break;
                case "accept": verdict = Verdict.Accept; break;
                case "drop" or "reject": verdict = Verdict.Drop; break;
                case "return": verdict = Verdict.Return; break;
                case "jump" or "goto":
                    verdict = expression.Name == "jump" ? Verdict.Jump : Verdict.Goto;
                    target = $"{chain[..chain.LastIndexOf(' ')]} {Text(expression.Value, "target")}";
                    break;
                case "counter" or "log": break;
                default: unclear = true; break; // limits, sets of addresses, verdict maps
            }
        }
        return new(packet => matches.Select(match => Matches(match, packet)).Append(unclear ? Match.Maybe : Match.Yes).Min(), verdict, target);
    }

    private static Match Matches(JsonElement match, Packet packet)
    {
        var (left, right, op) = (match.GetProperty("left"), match.GetProperty("right"), Text(match, "op"));
        var found = left.TryGetProperty("payload", out var payload) ? OfPayload(payload, right, packet)
            : left.TryGetProperty("meta", out var meta) ? OfMeta(Text(meta, "key"), right, packet)
            : left.TryGetProperty("ct", out var ct) && Text(ct, "key") == "state" ? Holds(right, value => value.ValueEquals(packet.State))
            : Match.Maybe;
        return op != "!=" ? found : found switch { Match.Yes => Match.No, Match.No => Match.Yes, _ => Match.Maybe };
    }

    private static Match OfPayload(JsonElement payload, JsonElement right, Packet packet)
    {
        var (protocol, field) = (Text(payload, "protocol"), Text(payload, "field"));
        if (field != "dport" || protocol is not ("tcp" or "udp" or "th" or "sctp"))
            return protocol is "tcp" or "udp" or "sctp" or "icmp" or "icmpv6" && protocol != packet.Protocol ? Match.No : Match.Maybe;
        return protocol != "th" && protocol != packet.Protocol ? Match.No
            : Holds(right, value => value.ValueKind == JsonValueKind.Number && value.GetInt32() == packet.Port, packet.Port);
    }

    private static Match OfMeta(string key, JsonElement right, Packet packet) => key switch
    {
        "l4proto" => Holds(right, value => value.ValueEquals(packet.Protocol)),
        "iifname" or "iif" when packet.Interface.Length > 0 => Holds(right, value => value.GetString() is { } name
            && (name.EndsWith('*') ? packet.Interface.StartsWith(name[..^1], StringComparison.Ordinal) : name == packet.Interface)),
        "iifname" or "iif" => right.ValueKind == JsonValueKind.String && right.ValueEquals("lo") ? Match.No : Match.Maybe,
        "nfproto" => Holds(right, value => value.ValueEquals("ipv4")),
        _ => Match.Maybe,
    };

    /// <summary>One value, a list or a set of them, a range of numbers. A set by its name is not looked up.</summary>
    private static Match Holds(JsonElement right, Func<JsonElement, bool> isIt, int number = -1)
    {
        switch (right.ValueKind)
        {
            case JsonValueKind.Array:
                return right.EnumerateArray().Select(one => Holds(one, isIt, number)).DefaultIfEmpty(Match.No).Max();
            case JsonValueKind.Object when right.TryGetProperty("set", out var set):
                return Holds(set, isIt, number);
            case JsonValueKind.Object when right.TryGetProperty("range", out var range) && range.GetArrayLength() == 2:
                return range[0].TryGetInt32(out var first) && range[1].TryGetInt32(out var last) && first <= number && number <= last
                    ? Match.Yes : Match.No;
            case JsonValueKind.String when right.GetString()!.StartsWith('@'):
            case JsonValueKind.Object:
                return Match.Maybe;
            case JsonValueKind.String:
                return isIt(right) ? Match.Yes : Match.No;
            default:
                return right.ValueKind != JsonValueKind.Number || number < 0 ? Match.Maybe : isIt(right) ? Match.Yes : Match.No;
        }
    }

    private static string Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
