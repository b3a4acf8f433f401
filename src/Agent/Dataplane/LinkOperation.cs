using Orch.Agent.Netlink;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>One change of a link. Those of a list are done in its order.</summary>
internal abstract record LinkOperation(string Device)
{
    public sealed record Delete(string Device) : LinkOperation(Device);

    public sealed record Create(string Device, VxlanFacts Facts, int Mtu) : LinkOperation(Device);

    public sealed record Attach(string Device, string Alias, string Bridge, int Mtu) : LinkOperation(Device);

    public sealed record SetMac(string Device, MacAddress Mac) : LinkOperation(Device);

    /// <summary>A frame may leave by the port it came from: a task that calls its own service may be given to itself.</summary>
    public sealed record Hairpin(string Device) : LinkOperation(Device);

    public sealed record StopLearning(string Device) : LinkOperation(Device);

    /// <summary>Connections from 127.0.0.1 to a published port may leave to this bridge.</summary>
    public sealed record RouteLocal(string Device) : LinkOperation(Device);

    public sealed record PutNeighbour(string Device, IpAddr Address, MacAddress Mac) : LinkOperation(Device);

    public sealed record DropNeighbour(string Device, IpAddr Address) : LinkOperation(Device);

    public sealed record PutForwarding(string Device, MacAddress Mac, IpAddr Node) : LinkOperation(Device);

    public sealed record DropForwarding(string Device, MacAddress Mac) : LinkOperation(Device);
}
