namespace Orch.Cli.Doctor.Firewall;

/// <summary>
/// A packet that begins a connection, as it comes in: by which interface, to which port of the machine, and what connection
/// tracking says of it.
/// </summary>
internal sealed record Packet(string Protocol, int Port, string Interface, string State = "new");

/// <summary>Whether a rule is about a packet. Maybe: it depends on what is not known, like who sent it.</summary>
internal enum Match
{
    No,
    Maybe,
    Yes,
}

internal enum Verdict
{
    /// <summary>Not decided here: the next rule is asked.</summary>
    Continue,
    Accept,
    Drop,

    /// <summary>The chain is left.</summary>
    Return,

    /// <summary>Another chain is asked, and this one afterwards.</summary>
    Jump,

    /// <summary>Another chain is asked instead.</summary>
    Goto,
}

internal sealed record Rule(Func<Packet, Match> Matches, Verdict Verdict, string Target = "");

/// <summary>Policy: what becomes of a packet that no rule decided; Continue for a chain that only others ask.</summary>
internal sealed record Chain(IReadOnlyList<Rule> Rules, Verdict Policy);

internal enum Passage
{
    Passes,
    Dropped,

    /// <summary>Some senders get through, or nobody can tell.</summary>
    Unclear,
}

/// <summary>
/// What becomes of a packet in a firewall's chains. A rule that drops only some (by address, by rate) does not count against a
/// packet that is accepted in the end; one that accepts only some makes a drop unclear.
/// </summary>
internal sealed class RuleWalk(IReadOnlyDictionary<string, Chain> chains, Packet packet)
{
    private const int MostSteps = 100_000;
    private const int Deepest = 64;
    private bool _someAccepted;
    private int _steps;

    public Passage From(string chain)
    {
        var verdict = Ask(chain, 0);
        if (verdict == Verdict.Continue)
            verdict = chains.TryGetValue(chain, out var start) ? start.Policy : Verdict.Accept;
        return verdict != Verdict.Drop ? Passage.Passes : _someAccepted ? Passage.Unclear : Passage.Dropped;
    }

    /// <summary>Accept, Drop, or Continue when the chain was left undecided.</summary>
    private Verdict Ask(string name, int depth)
    {
        if (depth > Deepest || !chains.TryGetValue(name, out var chain))
            return Verdict.Continue;
        foreach (var rule in chain.Rules)
        {
            if (++_steps > MostSteps)
                return Verdict.Continue;
            var match = rule.Matches(packet);
            if (match == Match.No || rule.Verdict == Verdict.Continue)
                continue;
            var verdict = rule.Verdict is Verdict.Jump or Verdict.Goto ? Ask(rule.Target, depth + 1) : rule.Verdict;
            if (match == Match.Maybe)
            {
                _someAccepted |= verdict == Verdict.Accept;
                continue;
            }
            if (verdict is Verdict.Accept or Verdict.Drop)
                return verdict;
            if (verdict == Verdict.Return || rule.Verdict == Verdict.Goto)
                return Verdict.Continue;
        }
        return Verdict.Continue;
    }
}
