namespace Orch.Core.Text;

/// <summary>The known word a mistyped one was probably meant to be.</summary>
public static class Nearest
{
    /// <summary>Null when nothing is near: more than a third of the letters would have to change.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        string? best = null;
        var limit = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = candidate.StartsWith(word, StringComparison.Ordinal) && word.Length >= 3
                ? 1 : Distance(word, candidate);
            if (distance < limit)
                (best, limit) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Letters inserted, removed, replaced or swapped with their neighbour to get from one word to the other.</summary>
    public static int Distance(string from, string to)
    {
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            cost[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            cost[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[from.Length, to.Length];
    }
}
