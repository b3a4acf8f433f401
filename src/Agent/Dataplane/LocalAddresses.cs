using System.Buffers.Binary;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>Addresses of this machine that no network of the cluster has.</summary>
internal static class LocalAddresses
{
    public static IEnumerable<IpAddr> OfMachine() =>
        from link in NetworkInterface.GetAllNetworkInterfaces()
        where !link.Name.StartsWith(NodeNetwork.BridgePrefix, StringComparison.Ordinal)
        from held in link.GetIPProperties().UnicastAddresses
        where held.Address.AddressFamily == AddressFamily.InterNetwork
        select IpAddr.V4(BinaryPrimitives.ReadUInt32BigEndian(held.Address.GetAddressBytes()));
}
