namespace Orch.Tests.Simulation;

/// <summary>Splitmix64: small, and the same in every version of the runtime, so a seed stays what it was.</summary>
internal sealed class Rng(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    public bool OneIn(int n) => Below(n) == 0;

    /// <summary>A time in nanoseconds between two times in milliseconds.</summary>
    public long Millis(int from, int to) => (from + (long)(Next() % (ulong)(to - from + 1))) * 1_000_000;

    public UInt128 Id() => new(Next() | 1, Next());
}
