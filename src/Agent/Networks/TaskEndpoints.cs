using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Orch.Agent.Engine;
using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>A task's addresses as the engine's endpoints.</summary>
internal static class TaskEndpoints
{
    public static string EngineName(NetworkAddress address) => NodeNetwork.EnginePrefix + address.NetworkId;

    /// <summary>
    /// 02:42 and the address, as Docker did until version 28 chose them at random: whoever knows the address knows where
    /// to send its packets.
    /// </summary>
    public static string HardwareAddress(IpAddr address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)address.Value);
        return string.Create(CultureInfo.InvariantCulture, $"02:42:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}");
    }

    /// <summary>Null without addresses. The first one gets the default route.</summary>
    public static NetworkingConfig? Config(ImmutableArray<NetworkAddress> addresses)
    {
        if (addresses.IsEmpty)
            return null;
        var endpoints = new SortedDictionary<string, EndpointConfig>(StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            endpoints[EngineName(address)] = new(
                new(address.Address.ToString()), HardwareAddress(address.Address),
                address == addresses[0] && addresses.Length > 1 ? 1 : null);
        }
        return new(endpoints);
    }

    /// <summary>
    /// The request as an engine of this API version takes it, and the endpoints to connect once the container exists:
    /// before 1.44 a container is created on one network, and its hardware address stands beside it.
    /// </summary>
    public static (ContainerCreate Request, IReadOnlyList<KeyValuePair<string, EndpointConfig>> Later) For(
        Version version, ContainerCreate request)
    {
        if (request.NetworkingConfig?.EndpointsConfig is not { } given)
            return (request, []);
        var endpoints = given;
        if (version < new Version(1, 48))
            endpoints = given.ToDictionary(pair => pair.Key, pair => pair.Value with { GwPriority = null });
        if (version >= new Version(1, 44))
            return (request with { NetworkingConfig = new(endpoints) }, []);
        var first = endpoints[request.HostConfig.NetworkMode!];
        return (request with
        {
            NetworkingConfig = new(new Dictionary<string, EndpointConfig>
            {
                [request.HostConfig.NetworkMode!] = first with { MacAddress = null },
            }),
            MacAddress = first.MacAddress,
        }, [.. endpoints.Where(pair => pair.Key != request.HostConfig.NetworkMode)]);
    }
}
