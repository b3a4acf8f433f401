namespace Orch.Core.Networking;

/// <summary>
/// Subnets of the cluster's networks: cut from the address pools set at init, or chosen by the user anywhere. No two
/// overlap. A freed subnet is reused last.
/// </summary>
public sealed class SubnetPool
{
    public static readonly IpPrefix DefaultPool = IpPrefix.Parse("10.128.0.0/9");
    public const int DefaultLength = 20;

    private readonly List<(IpPrefix Block, int Length, NumberPool Numbers)> _pools = [];

    // Taken subnets by base address; as they do not overlap, the neighbours of a base are all that can touch it.
    private readonly SortedSet<IpPrefix> _taken = [];

    // Pieces of a pool that a user's subnet covers, found when they were about to be given out.
    private readonly Dictionary<IpPrefix, List<IpPrefix>> _covered = [];

    public SubnetPool() : this([(DefaultPool, DefaultLength)])
    {
    }

    /// <summary>Throws <see cref="ArgumentException"/> for a length outside the block or pools that overlap.</summary>
    public SubnetPool(IReadOnlyList<(IpPrefix Block, int Length)> pools)
    {
        foreach (var (block, length) in pools)
        {
            if (length < block.Length || length > block.Base.Bits || length - block.Length > 62)
                throw new ArgumentException($"subnets of /{length} cannot be cut from {block}", nameof(pools));
            if (_pools.Exists(other => other.Block.Overlaps(block)))
                throw new ArgumentException($"address pool {block} overlaps another one", nameof(pools));
            _pools.Add((block, length, new(1UL << (length - block.Length))));
        }
    }

    public IReadOnlyCollection<IpPrefix> Taken => _taken;

    /// <summary>A subnet that overlaps none; null when all pools are used up.</summary>
    public IpPrefix? Take()
    {
        foreach (var pool in _pools)
        {
            while (pool.Numbers.Take() is { } number)
            {
                var subnet = Piece(pool.Block, pool.Length, number);
                if (Overlapping(subnet) is not { } user)
                {
                    _taken.Add(subnet);
                    return subnet;
                }
                if (!_covered.TryGetValue(user, out var pieces))
                    _covered[user] = pieces = [];
                pieces.Add(subnet);
            }
        }
        return null;
    }

    /// <summary>
    /// Takes exactly this subnet (a user's choice, or a record while state is rebuilt): null, or the one that it
    /// overlaps.
    /// </summary>
    public IpPrefix? TryReserve(IpPrefix subnet)
    {
        if (Overlapping(subnet) is { } other)
            return other;
        _taken.Add(subnet);
        if (PieceOf(subnet) is { } piece)
            piece.Numbers.Restore(piece.Number);
        return null;
    }

    /// <summary>False when it was not taken.</summary>
    public bool Free(IpPrefix subnet)
    {
        if (!_taken.Remove(subnet))
            return false;
        if (PieceOf(subnet) is { } own)
            own.Numbers.Free(own.Number);
        if (!_covered.Remove(subnet, out var pieces))
            return true;
        foreach (var piece in pieces)
        {
            // It may be that another user's subnet covers the piece as well: then that one keeps it.
            if (Overlapping(piece) is { } other)
            {
                if (!_covered.TryGetValue(other, out var its))
                    _covered[other] = its = [];
                its.Add(piece);
            }
            else if (PieceOf(piece) is { } back)
                back.Numbers.Free(back.Number);
        }
        return true;
    }

    /// <summary>The taken subnet that shares an address with this one.</summary>
    public IpPrefix? Overlapping(IpPrefix subnet)
    {
        // The last one that starts before this one's end; as taken ones do not overlap, no other reaches further.
        var lowest = new IpPrefix(new IpAddr(0, subnet.Base.IsV6), 0);
        var nearest = _taken.GetViewBetween(lowest, new(subnet.Last, subnet.Last.Bits)).Max;
        return _taken.Contains(nearest) && nearest.Overlaps(subnet) ? nearest : null;
    }

    private static IpPrefix Piece(IpPrefix block, int length, ulong number) =>
        new(block.At((UInt128)number << (block.Base.Bits - length)), length);

    private (NumberPool Numbers, ulong Number)? PieceOf(IpPrefix subnet)
    {
        foreach (var (block, length, numbers) in _pools)
        {
            if (subnet.Length == length && block.Contains(subnet))
                return (numbers, (ulong)((subnet.Base.Value - block.Base.Value) >> (block.Base.Bits - length)));
        }
        return null;
    }
}
