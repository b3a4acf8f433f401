namespace Orch.Core.Scheduling;

/// <summary>
/// Available nodes sorted by how many live tasks they have: one set per number. "The emptiest node of these" is found
/// without looking at them all. Numbers from <see cref="Cap"/> on share the last level.
/// </summary>
internal sealed class LoadLevels
{
    public const int Cap = 1023;
    private readonly List<NodeBits> _levels = [];
    private readonly List<int> _sizes = [];

    public int Count => _levels.Count;
    public NodeBits this[int level] => _levels[level];

    public static int LevelOf(int tasks) => Math.Min(tasks, Cap);

    public void Add(int node, int tasks)
    {
        while (_levels.Count <= LevelOf(tasks))
        {
            _levels.Add(new());
            _sizes.Add(0);
        }
        _levels[LevelOf(tasks)].Add(node);
        _sizes[LevelOf(tasks)]++;
    }

    public void Remove(int node, int tasks)
    {
        _levels[LevelOf(tasks)].Remove(node);
        _sizes[LevelOf(tasks)]--;
    }

    /// <summary>The first level at or above this one that has nodes; <see cref="Count"/> when there is none.</summary>
    public int NextUsed(int level)
    {
        while (level < _sizes.Count && _sizes[level] == 0)
            level++;
        return level;
    }
}
