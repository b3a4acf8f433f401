namespace Orch.Tests.Manager.Store;

/// <summary>One way to harm one file.</summary>
internal readonly record struct Damage(string File, DamageKind Kind, int At)
{
    /// <summary>The first byte that is no longer what was written.</summary>
    public int FirstByte => Kind == DamageKind.FlipBit ? At / 8 : At;

    public byte[] Apply(byte[] bytes)
    {
        if (Kind == DamageKind.Truncate)
            return bytes[..At];
        var changed = bytes.ToArray();
        if (Kind == DamageKind.FlipBit)
            changed[At / 8] ^= (byte)(1 << (At % 8));
        else
            changed.AsSpan(At, Math.Min(512, changed.Length - At)).Clear();
        return changed;
    }

    /// <summary>
    /// So many cases over the two files of the database: first every truncation and every lost sector, then bit flips
    /// drawn by the seed; fewer than that are drawn from the whole.
    /// </summary>
    public static List<Damage> Cases(LogImage image, int count, int seed)
    {
        var random = new Random(seed);
        var all = new List<Damage>();
        var flips = new List<Damage>();
        foreach (var name in (string[])["log.db", "log.db-wal"])
        {
            var length = image.Files[name].Length;
            all.AddRange(Enumerable.Range(0, length).Select(at => new Damage(name, DamageKind.Truncate, at)));
            all.AddRange(Enumerable.Range(0, length / 512).Select(at => new Damage(name, DamageKind.ZeroSector, at * 512)));
            flips.AddRange(Enumerable.Range(0, length * 8).Select(at => new Damage(name, DamageKind.FlipBit, at)));
        }
        var drawn = random.GetItems(flips.ToArray(), Math.Max(count / 4, count - all.Count));
        if (all.Count + drawn.Length > count)
            all = [.. random.GetItems(all.ToArray(), count - drawn.Length)];
        return [.. all, .. drawn];
    }
}

internal enum DamageKind
{
    Truncate,
    FlipBit,
    ZeroSector,
}
