using System.Collections.Immutable;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>A chain that only elements jump to. Body: its rules, one a line.</summary>
internal readonly record struct RuleChain(string Name, string Body);

/// <summary>An element of a set or, with a verdict, of a map. Text: the key as nft writes it.</summary>
internal readonly record struct RuleElement(string Set, string Key, string? Verdict = null)
{
    public override string ToString() => Verdict is null ? Key : $"{Key} : {Verdict}";
}

/// <summary>The share of one service in the table: what changes together with it and with nothing else.</summary>
internal sealed record ServiceRules(ImmutableArray<RuleChain> Chains, ImmutableArray<RuleElement> Elements)
{
    public static readonly ServiceRules None = new([], []);

    /// <summary>Addresses that its rules send to.</summary>
    public ImmutableArray<IpAddr> Backends { get; init; } = [];

    public bool IsEmpty => Chains.IsEmpty && Elements.IsEmpty;

    public bool SameAs(ServiceRules other) => Chains.SequenceEqual(other.Chains) && Elements.SequenceEqual(other.Elements);
}
