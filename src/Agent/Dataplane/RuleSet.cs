using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// What the table holds, by service. A change is text for one transaction: the rules are the old ones or the new ones,
/// never something between. The caller says <see cref="Keep"/> when the kernel has taken it.
/// </summary>
internal sealed class RuleSet
{
    private readonly Dictionary<string, ServiceRules> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Set, string Key), string> _owners = [];
    private ulong _digest;

    public string Digest => _digest.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Services that wanted an element of another: they are rendered again when anything changes.</summary>
    public HashSet<string> Contested { get; } = new(StringComparer.Ordinal);

    public ServiceRules Held(string service) => _held.GetValueOrDefault(service, ServiceRules.None);

    public IReadOnlyCollection<string> Services => _held.Keys;

    public IReadOnlyCollection<ServiceRules> All => _held.Values;

    /// <summary>Null when nothing is different. What another service holds already is left out.</summary>
    public RuleChange? Compare(IReadOnlyDictionary<string, ServiceRules> wanted)
    {
        var next = new Dictionary<string, ServiceRules>(StringComparer.Ordinal);
        var taken = new HashSet<(string, string)>();
        foreach (var (service, rules) in wanted.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var free = rules.Elements.Where(element => Free(element, wanted) && taken.Add((element.Set, element.Key))).ToImmutableArray();
            if (free.Length < rules.Elements.Length)
                Contested.Add(service);
            else
                Contested.Remove(service);
            var mine = free.Length < rules.Elements.Length ? rules with { Elements = free } : rules;
            if (!mine.SameAs(Held(service)))
                next[service] = mine;
        }
        if (next.Count == 0)
            return null;
        var digest = next.Aggregate(_digest, (now, pair) => now ^ Hash(pair.Key, Held(pair.Key)) ^ Hash(pair.Key, pair.Value));
        return new(next, next.ToDictionary(pair => pair.Key, pair => Held(pair.Key)), digest);
    }

    public void Keep(RuleChange change)
    {
        foreach (var (service, before) in change.Before)
        {
            foreach (var element in before.Elements)
                _owners.Remove((element.Set, element.Key));
            _held.Remove(service);
        }
        foreach (var (service, after) in change.After)
        {
            foreach (var element in after.Elements)
                _owners[(element.Set, element.Key)] = service;
            if (!after.IsEmpty)
                _held[service] = after;
        }
        _digest = change.Digest;
    }

    /// <summary>All of it: the text that makes the table anew.</summary>
    public string Whole(bool endings = true) => TableText.Whole(_held.Values, Digest, endings);

    private bool Free(RuleElement element, IReadOnlyDictionary<string, ServiceRules> wanted) =>
        !_owners.TryGetValue((element.Set, element.Key), out var owner) || wanted.ContainsKey(owner);

    private static ulong Hash(string service, ServiceRules rules)
    {
        if (rules.IsEmpty)
            return 0;
        var text = new StringBuilder(service);
        foreach (var chain in rules.Chains)
            text.Append('\n').Append(chain.Name).Append('\n').Append(chain.Body);
        foreach (var element in rules.Elements)
            text.Append('\n').Append(element.Set).Append(' ').Append(element);
        return BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>From what these services hold to what they shall hold.</summary>
internal sealed record RuleChange(
    IReadOnlyDictionary<string, ServiceRules> After, IReadOnlyDictionary<string, ServiceRules> Before, ulong Digest)
{
    public string Text() => TableText.Change(Before.Values, After.Values, Digest.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Elements that come with this change.</summary>
    public IEnumerable<RuleElement> Added =>
        After.SelectMany(pair => pair.Value.Elements.Except(Before[pair.Key].Elements));
}
