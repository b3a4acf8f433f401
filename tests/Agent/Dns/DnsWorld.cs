using Orch.Agent.Dns;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dns;

/// <summary>A book that is written as a test needs it, and the answers made from it without any socket.</summary>
internal sealed class DnsWorld
{
    private readonly DnsScratch _scratch = new(new Random(1));
    private readonly byte[] _buffer = new byte[DnsWire.MostTcp];

    public DnsWorld() => Handler = new(Index, new DnsOptions());

    public DnsIndex Index { get; } = new();
    public DnsHandler Handler { get; }
    public NetworkBook Book { get; private set; } = NetworkBook.Empty;

    public DnsWorld With(params Google.Protobuf.IMessage[] parts)
    {
        var update = new NetworkUpdate();
        foreach (var part in parts)
        {
            if (part is NetworkAssignment network)
                update.Networks.Add(network);
            else if (part is ServiceEndpoint service)
                update.Services.Add(service);
            else
                update.Tasks.Add((TaskEndpoint)part);
        }
        return Apply(update);
    }

    public DnsWorld Apply(NetworkUpdate update)
    {
        (Book, var changes) = Book.Apply(update);
        Index.Apply(Book, changes);
        return this;
    }

    public static NetworkAssignment Network(string id, string subnet, string bridge, bool isInternal = false, bool ingress = false) => new()
    {
        Id = id,
        Name = id,
        Vni = 5000,
        BridgeAddress = bridge,
        Internal = isInternal,
        Ingress = ingress,
        Subnets = { new NetworkSubnet { Block = subnet } },
    };

    /// <summary>Networks are "id vip alias…"; a dash for no virtual address. Ports are "name/protocol/number".</summary>
    public static ServiceEndpoint Service(string id, string name, string stack, string[] networks, params string[] ports)
    {
        var service = new ServiceEndpoint { Id = id, Name = name, Stack = stack };
        foreach (var words in networks.Select(network => network.Split(' ')))
            service.Networks.Add(new NetworkAttachment { NetworkId = words[0], Vip = words[1] == "-" ? "" : words[1], Aliases = { words[2..] } });
        foreach (var words in ports.Select(port => port.Split('/')))
            service.Ports.Add(new ServicePort { Name = words[0], Protocol = words[1], TargetPort = uint.Parse(words[2], null) });
        return service;
    }

    /// <summary>Addresses are "network address".</summary>
    public static TaskEndpoint Task(string id, string service, ulong slot, bool serving, params string[] addresses)
    {
        var task = new TaskEndpoint { Id = id, ServiceId = service, NodeId = "node1", Slot = slot, Serving = serving };
        foreach (var words in addresses.Select(address => address.Split(' ')))
            task.Addresses.Add(new TaskAddress { NetworkId = words[0], Address = words[1] });
        return task;
    }

    /// <summary>What the server of the network whose bridge has that address says to that source; null for silence.</summary>
    public Answer? Ask(string source, string name, DnsType type = DnsType.A, string? network = null, bool tcp = false, int? edns = null) =>
        Send(source, Query.Of(name, type, edns), network, tcp);

    public Answer? Send(string source, ReadOnlySpan<byte> packet, string? network = null, bool tcp = false)
    {
        var address = (uint)IpAddr.Parse(source).Value;
        var asked = Index.Zones.First(zone => network is null ? zone.Covers(IpAddr.V4(address)) : zone.Facts.Id == network);
        var reply = Handler.Handle(asked, address, packet, _buffer, tcp, _scratch);
        return reply.Verdict switch
        {
            Verdict.Drop => null,
            Verdict.Forward => Answer.Forwarded,
            _ => Answer.Read(_buffer.AsSpan(0, reply.Length)),
        };
    }
}
