using Orch.Stacks.Yaml;

namespace Orch.Stacks;

/// <summary>
/// What is wrong with a stack file, where, and what to write instead. A warning names what is not carried out; the
/// stack can be deployed all the same.
/// </summary>
public sealed record Problem(Position At, string Message, string? Hint = null, bool IsWarning = false)
{
    public override string ToString() =>
        $"{At}: {(IsWarning ? "warning: " : "")}{Message}{(Hint is null ? "" : $" ({Hint})")}";
}

/// <summary>Everything found so far. Bounded: a file that is wrong throughout needs no thousand lines to say so.</summary>
public sealed class ProblemList
{
    private const int Most = 50;
    private readonly List<Problem> _problems = [];
    private int _dropped;

    public IReadOnlyList<Problem> All => _problems;
    public IEnumerable<Problem> Errors => _problems.Where(problem => !problem.IsWarning);
    public IEnumerable<Problem> Warnings => _problems.Where(problem => problem.IsWarning);

    /// <summary>More were found than are kept.</summary>
    public int Dropped => _dropped;
    public bool HasErrors { get; private set; }

    public void Error(Position at, string message, string? hint = null) => Add(new(at, message, hint));

    public void Warn(Position at, string message, string? hint = null) => Add(new(at, message, hint, IsWarning: true));

    public void Add(Problem problem)
    {
        HasErrors |= !problem.IsWarning;
        if (_problems.Contains(problem))
            return;
        if (_problems.Count < Most || (!problem.IsWarning && _problems.All(old => old.IsWarning)))
            _problems.Add(problem);
        else
            _dropped++;
    }
}
