namespace Orch.Core.Networking;

/// <summary>
/// How the addresses of a subnet are shared out beyond its gateway. The engine of a machine gives addresses by itself to
/// what people attach by hand: it has a range of its own, so that it can never give one that the cluster gives.
/// </summary>
public static class NetworkLayout
{
    /// <summary>The engine's part: nothing of the cluster's has an address there. Null where the subnet is too small for one.</summary>
    public static IpPrefix? EngineRange(IpPrefix subnet) => subnet.HostBits switch
    {
        >= 8 => new(subnet.Last, subnet.Base.Bits - 4),
        >= 5 => new(subnet.Last, subnet.Base.Bits - 2),
        _ => null,
    };
}
