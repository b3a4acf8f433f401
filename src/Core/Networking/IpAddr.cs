using System.Buffers.Binary;
using System.Net;

namespace Orch.Core.Networking;

/// <summary>
/// An IPv4 or IPv6 address as a number, so that pools can count with it and tables need no object per address. An IPv4
/// address mapped into IPv6 is the IPv4 address.
/// </summary>
public readonly record struct IpAddr(UInt128 Value, bool IsV6) : IComparable<IpAddr>
{
    public int Bits => IsV6 ? 128 : 32;

    public static IpAddr V4(uint value) => new(value, false);

    /// <summary>Reads "10.0.0.1" (four parts) or "fd00::1"; false for anything else.</summary>
    public static bool TryParse(string? text, out IpAddr address)
    {
        address = default;
        // The framework also reads "10.1" and "167772161"; in a spec those are typing errors.
        var v6 = text is not null && text.Contains(':');
        if (text is null || (!v6 && text.Count(c => c == '.') != 3) || !IPAddress.TryParse(text, out var parsed))
            return false;
        address = From(parsed);
        return true;
    }

    public static IpAddr Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    public static IpAddr From(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new(BinaryPrimitives.ReadUInt128BigEndian(bytes), true);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new IPAddress(IsV6 ? bytes : bytes[12..]);
    }

    /// <summary>IPv4 sorts before IPv6.</summary>
    public int CompareTo(IpAddr other) =>
        IsV6 != other.IsV6 ? IsV6.CompareTo(other.IsV6) : Value.CompareTo(other.Value);

    public static bool operator <(IpAddr left, IpAddr right) => left.CompareTo(right) < 0;
    public static bool operator >(IpAddr left, IpAddr right) => left.CompareTo(right) > 0;
    public static bool operator <=(IpAddr left, IpAddr right) => left.CompareTo(right) <= 0;
    public static bool operator >=(IpAddr left, IpAddr right) => left.CompareTo(right) >= 0;

    public override string ToString() => ToIPAddress().ToString();
}
