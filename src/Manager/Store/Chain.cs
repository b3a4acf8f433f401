namespace Orch.Manager.Store;

/// <summary>
/// Links each record to all before it, so that an old page in a newer file, a record from another log, or a missing
/// end is noticed although every single record is in order. Against accidents only: it is no signature.
/// </summary>
internal static class Chain
{
    public static ulong Next(ulong previous, uint checksum)
    {
        var mixed = (previous ^ checksum) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
