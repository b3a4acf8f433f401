using System.Globalization;

namespace Orch.Core.Networking;

/// <summary>A block of addresses in CIDR form, without host bits: "10.0.0.7/24" is read as 10.0.0.0/24.</summary>
public readonly record struct IpPrefix : IComparable<IpPrefix>
{
    public IpPrefix(IpAddr address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.Bits);
        Length = length;
        Base = address with { Value = address.Value & ~HostMask(address.Bits - length) };
    }

    public IpAddr Base { get; }
    public int Length { get; }
    public int HostBits => Base.Bits - Length;
    public IpAddr Last => Base with { Value = Base.Value | HostMask(HostBits) };

    public bool Contains(IpAddr address) => address.IsV6 == Base.IsV6 && address >= Base && address <= Last;
    public bool Contains(IpPrefix other) => other.Length >= Length && Contains(other.Base);

    /// <summary>Two blocks overlap exactly when one contains the other.</summary>
    public bool Overlaps(IpPrefix other) => Contains(other) || other.Contains(this);

    /// <summary>The address that many steps after the base; the caller keeps it inside the block.</summary>
    public IpAddr At(UInt128 offset) => Base with { Value = Base.Value + offset };

    /// <summary>Reads "10.0.0.0/24"; false without a length or with one that does not fit the address.</summary>
    public static bool TryParse(string? text, out IpPrefix prefix)
    {
        prefix = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0 || !IpAddr.TryParse(text![..slash], out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > address.Bits)
            return false;
        prefix = new(address, length);
        return true;
    }

    public static IpPrefix Parse(string text) =>
        TryParse(text, out var prefix)
            ? prefix : throw new FormatException($"'{text}' is not a subnet like 10.0.0.0/24");

    public int CompareTo(IpPrefix other) =>
        Base != other.Base ? Base.CompareTo(other.Base) : Length.CompareTo(other.Length);
    public override string ToString() => $"{Base}/{Length}";

    private static UInt128 HostMask(int bits) => bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
}
