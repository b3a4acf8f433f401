using System.Collections.Frozen;

namespace Orch.Agent.Dataplanes;

/// <summary>What one pass over the kernel came to. Problems are told by what they are about: one network's are no other's.</summary>
internal sealed record PassReport
{
    /// <summary>The book that the kernel was compared with.</summary>
    public long Version { get; init; }

    /// <summary>Nothing is wanted any more, and nobody's networks will stand.</summary>
    public bool Leaving { get; init; }

    /// <summary>Why nothing could be done at all.</summary>
    public string? Failed { get; init; }

    /// <summary>Of the kernel's settings, which all networks lean on.</summary>
    public string? Settings { get; init; }
    public string? Rules { get; init; }
    public LinkReport Links { get; init; } = LinkReport.None;

    /// <summary>The first of all problems there are.</summary>
    public string? Problem => RulesProblem ?? Settings ?? Links.Problems.Values.FirstOrDefault();

    /// <summary>Why connections may not go where the book says.</summary>
    public string? RulesProblem => Failed ?? Rules;

    /// <summary>Whether nobody needs to wait for these networks any more: all for them is done, or a problem says what is not.</summary>
    public bool Answers(IEnumerable<string> networks, out string? problem)
    {
        problem = Leaving ? "this machine leaves the cluster" : null;
        problem ??= RulesProblem ?? Settings;
        problem ??= networks.Select(id => Links.Problems.GetValueOrDefault(id)).FirstOrDefault(found => found is not null);
        return problem is not null || networks.All(Links.Standing.Contains);
    }
}

/// <summary>
/// Problems by network id; under the empty one what no network needs. Standing: networks that have their bridge, and
/// without a problem all else. One without a bridge is the engine's to make and no problem.
/// </summary>
internal sealed record LinkReport(FrozenDictionary<string, string> Problems, FrozenSet<string> Standing)
{
    public static readonly LinkReport None = new(FrozenDictionary<string, string>.Empty, []);
}
