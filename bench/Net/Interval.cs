namespace Orch.Bench.Net;

/// <summary>
/// A median and the two order statistics around it between which the true median lies with a probability of at least 95 %,
/// whatever the distribution is. With fewer than six values these are the least and the greatest, which say less.
/// </summary>
internal readonly record struct Interval(double Median, double Low, double High)
{
    public static Interval Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var (count, rank) = (sorted.Length, Rank(sorted.Length));
        return new((sorted[(count - 1) / 2] + sorted[count / 2]) / 2, sorted[rank], sorted[count - 1 - rank]);
    }

    /// <summary>How many values may be left out at each end: each side misses with 2.5 % at most, by the binomial distribution.</summary>
    private static int Rank(int count)
    {
        var (rank, term, sum) = (0, Math.Pow(0.5, count), 0.0);
        while ((sum += term) <= 0.025)
            term *= (double)(count - rank) / ++rank;
        return Math.Max(0, rank - 1);
    }
}
