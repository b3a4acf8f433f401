using Orch.Agent.Dataplanes;
using Orch.Agent.Netlink;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dataplane;

public sealed class NetlinkTests
{
    private static readonly IpAddr Node = IpAddr.Parse("10.99.0.2");
    private static readonly MacAddress Mac = MacAddress.Of(IpAddr.Parse("10.50.0.12"));

    [Fact]
    public void A_hardware_address_says_the_address_it_belongs_to() => Assert.Equal("02:42:0a:32:00:0c", Mac.ToString());

    [Fact]
    public void A_device_is_written_as_it_is_read()
    {
        var facts = new VxlanFacts(4097, Node, 4789, Learning: false, Proxy: true);
        var batch = new NetlinkWriter();
        batch.CreateVxlan("ox-4097", facts, 1450);

        var link = Link.Read(Bodies(batch).Single());

        Assert.Equal(new Link { Index = 0, Name = "ox-4097", Kind = "vxlan", Mtu = 1450, Vxlan = facts }, link);
    }

    [Fact]
    public void Messages_of_a_batch_keep_their_order_and_number()
    {
        var batch = new NetlinkWriter();
        batch.PutNeighbour(7, IpAddr.Parse("10.50.0.12"), Mac);
        batch.PutForwarding(7, Mac, Node);
        batch.AskForAnswer();

        var reader = new NetlinkReader(batch.Written);
        Assert.True(reader.Next());
        Assert.Equal((0u, false), (reader.Sequence, (reader.Flags & (ushort)NetlinkFlags.Answer) != 0));
        Assert.Equal(new Neighbour(7, IpAddr.Parse("10.50.0.12"), Mac, Forwarding: false, InBridge: true, Lasting: true), Neighbour.Read(reader.Body));
        Assert.True(reader.Next());
        Assert.Equal((1u, true), (reader.Sequence, (reader.Flags & (ushort)NetlinkFlags.Answer) != 0));
        Assert.Equal(new Neighbour(7, Node, Mac, Forwarding: true, InBridge: false, Lasting: true), Neighbour.Read(reader.Body));
        Assert.False(reader.Next());
    }

    /// <summary>Whatever is cut or turned over in a message, reading it ends and does not fail.</summary>
    [Fact]
    public void Broken_messages_are_read_without_harm()
    {
        var batch = new NetlinkWriter();
        batch.CreateVxlan("ox-4097", new(4097, Node, 4789, Learning: false, Proxy: true), 1450);
        batch.PutForwarding(7, Mac, Node);
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var data = batch.Written.ToArray();
            data[random.Next(data.Length)] = (byte)random.Next(256);
            var reader = new NetlinkReader(data.AsSpan(0, random.Next(data.Length + 1)));
            while (reader.Next())
            {
                Link.Read(reader.Body);
                Neighbour.Read(reader.Body);
                FlowTable.Read(reader.Body, out _);
                NftTable.Read(reader.Body);
            }
        }
        Assert.Equal(2, Bodies(batch).Count);
    }

    [Fact]
    public void The_holder_of_a_port_is_found_among_listening_sockets_only()
    {
        string[] lines =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:1F90 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000 100 0 0 10 0",
            "   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000 100 0 0 10 0",
            "   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000 100 0 0 10 0",
        ];

        Assert.Equal(["socket:[222]"], PortOwner.Sockets(lines, new(new(PortProtocol.Tcp, 8080), null, 80)));
    }

    private static List<byte[]> Bodies(NetlinkWriter batch)
    {
        var bodies = new List<byte[]>();
        var reader = new NetlinkReader(batch.Written);
        while (reader.Next())
            bodies.Add(reader.Body.ToArray());
        return bodies;
    }
}
