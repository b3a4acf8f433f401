namespace Orch.Core.Networking;

/// <summary>
/// The addresses of one subnet, for tasks, virtual IPs and bridges alike: one allocator, so none is ever given twice.
/// Network and (IPv4) broadcast address and the gateway are never given; a freed address is reused last.
/// </summary>
public sealed class AddressPool
{
    // More hosts than this are never used: enough for an IPv6 /64 and beyond.
    private const int MostHostBits = 62;
    private readonly NumberPool _offsets;
    private readonly ulong _lowest;
    private readonly ulong _withheld;

    /// <summary>Gateway absent: the first address. One outside the subnet takes nothing from it.</summary>
    public AddressPool(IpPrefix subnet, IpAddr? gateway = null)
    {
        Subnet = subnet;
        var size = 1UL << Math.Min(subnet.HostBits, MostHostBits);
        // A /31 or /32 has no network and broadcast address (RFC 3021).
        var plain = !subnet.Base.IsV6 && subnet.HostBits > 1;
        _lowest = plain || (subnet.Base.IsV6 && subnet.HostBits > 0) ? 1UL : 0UL;
        _offsets = new(size - _lowest - (plain ? 1UL : 0UL));
        Gateway = gateway ?? subnet.At(_lowest);
        if (OffsetOf(Gateway) is { } offset && _offsets.TryReserve(offset))
            _withheld = 1;
    }

    public IpPrefix Subnet { get; }

    /// <summary>Shown to containers, never bound.</summary>
    public IpAddr Gateway { get; }

    /// <summary>How many addresses can be in use at once.</summary>
    public ulong Capacity => _offsets.Size - _withheld;
    public ulong Used => _offsets.UsedCount - _withheld;
    public ulong FreeCount => _offsets.FreeCount;

    /// <summary>An address that nobody has; null when the subnet is used up.</summary>
    public IpAddr? Take() => _offsets.Take() is { } offset ? AddressAt(offset) : null;

    /// <summary>Takes exactly this address, or says why not.</summary>
    public AddressClaim TryReserve(IpAddr address)
    {
        if (!Subnet.Contains(address))
            return AddressClaim.OutsideSubnet;
        if (address == Gateway || OffsetOf(address) is not { } offset)
            return AddressClaim.Withheld;
        return _offsets.TryReserve(offset) ? AddressClaim.Granted : AddressClaim.InUse;
    }

    /// <summary>Marks an address used while state is rebuilt from records; false: two of them claim it.</summary>
    public bool Restore(IpAddr address) =>
        address != Gateway && OffsetOf(address) is { } offset && _offsets.Restore(offset);

    public bool IsUsed(IpAddr address) =>
        address != Gateway && OffsetOf(address) is { } offset && _offsets.IsUsed(offset);

    /// <summary>False when it was not in use here.</summary>
    public bool Free(IpAddr address) =>
        address != Gateway && OffsetOf(address) is { } offset && _offsets.Free(offset);

    private IpAddr AddressAt(ulong offset) => Subnet.At((UInt128)offset + _lowest);

    private ulong? OffsetOf(IpAddr address)
    {
        if (!Subnet.Contains(address))
            return null;
        var offset = address.Value - Subnet.Base.Value;
        return offset >= _lowest && offset - _lowest < _offsets.Size ? (ulong)offset - _lowest : null;
    }
}

/// <summary>The answer to asking for one particular address.</summary>
public enum AddressClaim
{
    Granted,
    InUse,
    OutsideSubnet,

    /// <summary>The network's own: network, broadcast or gateway address.</summary>
    Withheld,
}
