namespace Orch.Core.Scheduling;

/// <summary>
/// Nodes sorted by how many live tasks they have: one set per number. "The emptiest node of these" is found without
/// looking at them all. Numbers from <see cref="Cap"/> on share the last level.
/// </summary>
internal sealed class LoadLevels
{
    public const int Cap = 1023;
    private readonly List<NodeBits> _levels = [];

    public int Count => _levels.Count;
    public NodeBits this[int level] => _levels[level];

    public static int LevelOf(int tasks) => Math.Min(tasks, Cap);

    public void Add(int node, int tasks)
    {
        while (_levels.Count <= LevelOf(tasks))
            _levels.Add(new());
        _levels[LevelOf(tasks)].Add(node);
    }

    public void Move(int node, int from, int to)
    {
        var (leave, enter) = (LevelOf(from), LevelOf(to));
        if (leave == enter)
            return;
        _levels[leave].Remove(node);
        Add(node, to);
    }
}
