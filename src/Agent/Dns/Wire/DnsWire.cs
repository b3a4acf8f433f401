namespace Orch.Agent.Dns;

/// <summary>Numbers of RFC 1035, 2782 and 6891.</summary>
internal static class DnsWire
{
    public const int HeaderSize = 12;
    public const int MostName = 255;
    public const int MostLabel = 63;

    /// <summary>What everyone can take over UDP, and the longest message over TCP.</summary>
    public const int LeastUdp = 512;
    public const int MostTcp = 65535;

    /// <summary>An OPT record without options.</summary>
    public const int OptSize = 11;

    public const ushort ClassIn = 1;

    /// <summary>Where the name of the question begins, as a compressed name: our answers' owner.</summary>
    public const ushort ToQuestion = 0xC000 | HeaderSize;
}

public enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Aaaa = 28,
    Srv = 33,
    Opt = 41,
    FirstMeta = 249,
    LastMeta = 254,
    Any = 255,
}

public enum Rcode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,

    /// <summary>Does not fit the header: its upper half is in the OPT record.</summary>
    BadVersion = 16,
}
