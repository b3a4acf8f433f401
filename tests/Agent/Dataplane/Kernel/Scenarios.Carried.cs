using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orch.Agent.Netlink;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>Packets that carry frames of our networks between nodes. The machine outside is a node here.</summary>
internal static partial class Scenarios
{
    private const int VxlanPort = 4789;

    /// <summary>Frames arrive and leave, and the kernel remembers the connection inside, not what carries it.</summary>
    private static async Task CarriedFrames(Machine machine)
    {
        await WithNodeOutsideAsync(machine);
        Machine.In(machine.Outside, $"ip link add vx0 address 02:42:0a:32:00:63 mtu 1450 type vxlan id 4097 dstport {VxlanPort} remote {Machine.Address}");
        Machine.In(machine.Outside, "ip addr add 10.50.0.99/24 dev vx0");
        Machine.In(machine.Outside, "ip link set vx0 up");
        Machine.In(machine.Outside, "ip neigh add 10.50.0.11 lladdr 02:42:0a:32:00:0b dev vx0");
        Same("one 10.50.0.99", machine.Outside.Ask(ProtocolType.Tcp, "10.50.0.11", 80));
        Same("one 10.50.0.99", machine.Outside.Ask(ProtocolType.Udp, "10.50.0.11", 80));

        using var socket = new NetlinkSocket(NetlinkSocket.NetfilterProtocol);
        Same("2 0", $"{Remembered(socket, 80)} {Remembered(socket, VxlanPort)}");
    }

    /// <summary>What looks like such a packet but is for a task gets no further than any other that comes past the services.</summary>
    private static async Task ForgedCarrier(Machine machine)
    {
        await WithNodeOutsideAsync(machine);
        Machine.Do("iptables -P FORWARD ACCEPT");
        Machine.In(machine.Outside, $"ip route add 10.50.0.0/24 via {Machine.Address}");
        var (victim, neighbour) = (machine.Container("10.50.0.13"), machine.Container("10.50.0.14"));
        using var heard = victim.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 });
        heard.Bind(new IPEndPoint(IPAddress.Any, VxlanPort));
        var carrier = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(carrier.AsSpan(4), 4097 << 8);
        foreach (var (from, text) in ((Space, byte[])[])[(machine.Outside, carrier), (machine.Outside, "outside"u8.ToArray()), (neighbour, "neighbour"u8.ToArray())])
        {
            using var sender = from.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            sender.SendTo(text, new IPEndPoint(IPAddress.Parse("10.50.0.13"), VxlanPort));
        }
        var buffer = new byte[100];
        Same("neighbour", Encoding.ASCII.GetString(buffer, 0, heard.Receive(buffer)));
    }

    private static async Task WithNodeOutsideAsync(Machine machine)
    {
        await WebAsync(machine);
        var update = Machine.Web([11, 12], [11, 12]);
        update.Tasks.Add(new TaskEndpoint
        {
            Id = "far",
            ServiceId = "web",
            NodeId = "there",
            NodeAddress = Machine.OutsideAddress,
            Addresses = { new TaskAddress { NetworkId = "net1", Address = "10.50.0.99" } },
        });
        await machine.ApplyAsync(update);
    }

    private static int Remembered(NetlinkSocket socket, ushort port)
    {
        var count = 0;
        new FlowTable(socket).Forget(flow =>
        {
            count += flow.Port == port ? 1 : 0;
            return false;
        });
        return count;
    }
}
