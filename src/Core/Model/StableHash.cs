namespace Orch.Core.Model;

/// <summary>
/// Hashes that are the same in every process and run. The hash of <see cref="string"/> is seeded per process, so a
/// table that iterated by it would make two simulations of one seed differ.
/// </summary>
public static class StableHash
{
    /// <summary>64-bit FNV-1a over UTF-16 code units, finished with a mixer so that the low bits are usable.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return Mix(hash);
    }

    /// <summary>Folds 64 bits to 32 so that each input bit reaches each output bit (splitmix64's finisher).</summary>
    public static int Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return (int)(value ^ (value >> 31));
    }
}
