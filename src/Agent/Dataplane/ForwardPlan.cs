using System.Text;
using System.Text.RegularExpressions;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// The engine's firewall drops what it did not publish itself. Its chain for users comes first and accepts what was sent
/// to our bridges by our rules; both directions, as it also drops answers from one bridge to another.
/// </summary>
internal static partial class ForwardPlan
{
    private const string Chain = "DOCKER-USER";
    private const string Jump = "-A FORWARD -j DOCKER-USER";

    /// <summary>What iptables-restore shall do, from what iptables-save says; null when all is right or no engine has such chains.</summary>
    public static string? Plan(string saved, IReadOnlyCollection<string> bridges)
    {
        var lines = saved.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!lines.Any(line => line.StartsWith($":{Chain} ", StringComparison.Ordinal)))
            return null;
        var text = new StringBuilder();
        Order(lines, text);
        Accepts(lines, bridges.SelectMany(Rules).ToList(), text);
        return text.Length == 0 ? null : $"*filter\n{text}COMMIT\n";
    }

    private static IEnumerable<string> Rules(string bridge) =>
        ((string[])["-i", "-o"]).Select(way => $"{way} {bridge} -m conntrack --ctstate DNAT -j ACCEPT");

    private static void Order(string[] lines, StringBuilder text)
    {
        var forward = lines.Where(line => line.StartsWith("-A FORWARD ", StringComparison.Ordinal)).ToList();
        if (forward.Count > 0 && forward[0] == Jump && forward.LastIndexOf(Jump) == 0)
            return;

        // The engine puts it first by itself, too: at the same time that makes two.
        foreach (var line in forward.Where(line => line == Jump))
            text.Append("-D").Append(line.AsSpan(2)).Append('\n');
        text.Append("-I FORWARD 1 -j DOCKER-USER\n");
    }

    private static void Accepts(string[] lines, List<string> wanted, StringBuilder text)
    {
        var rules = lines.Where(line => line.StartsWith($"-A {Chain} ", StringComparison.Ordinal)).Select(line => line[$"-A {Chain} ".Length..]).ToList();

        // Some engines end the chain with a plain return: what stands behind it is never asked.
        var end = rules.IndexOf("-j RETURN");
        var reached = (end < 0 ? rules : rules[..end]).ToHashSet();
        var ours = rules.Where(rule => Ours().IsMatch(rule)).ToList();
        foreach (var rule in ours.Where((rule, index) => !wanted.Contains(rule) || !reached.Contains(rule) || ours.IndexOf(rule) < index))
            text.Append("-D ").Append(Chain).Append(' ').Append(rule).Append('\n');
        foreach (var rule in wanted.Where(rule => !reached.Contains(rule)))
            text.Append("-I ").Append(Chain).Append(" 1 ").Append(rule).Append('\n');
    }

    [GeneratedRegex(@"^-[io] or-[0-9]+ -m conntrack --ctstate DNAT -j ACCEPT$")]
    private static partial Regex Ours();
}
