using System.Buffers.Binary;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>A connection as the kernel tracks it: what the client sent to whom, and who answers.</summary>
internal readonly record struct Flow(byte Protocol, IpAddr Source, IpAddr Destination, ushort Port, IpAddr Answering, bool Translated);

/// <summary>Which flows are meant: all that is given must match. Translated: whether its destination was changed on the way.</summary>
internal readonly record struct FlowFilter(bool Translated, IpAddr? Destination, IpAddr? Answering, byte? Protocol, ushort? Port)
{
    public bool Matches(in Flow flow) => flow.Translated == Translated
        && (Destination is not { } to || flow.Destination == to)
        && (Answering is not { } from || flow.Answering == from)
        && (Protocol is not { } protocol || flow.Protocol == protocol)
        && (Port is not { } port || flow.Port == port);
}

/// <summary>Connection tracking: forgets flows that would go on to a backend that has left, or past a new one.</summary>
internal sealed class FlowTable(NetlinkSocket socket)
{
    private const int Get = 0x0101;
    private const int Delete = 0x0102;
    private const ushort Original = 1, Reply = 2, Status = 3, Filter = 25;
    private const ushort Addresses = 1, Ports = 2;
    private const uint DestinationTranslated = 0x20;
    private const int MostAtOnce = 500;

    /// <summary>Above that one look at all flows is cheaper than the kernel's looks for each.</summary>
    private const int MostFilters = 8;
    private readonly NetlinkWriter _request = new();

    /// <summary>The kernel looks for these, as long as they are few.</summary>
    public void Forget(IReadOnlyCollection<FlowFilter> filters)
    {
        if (filters.Count > MostFilters)
            Forget(flow => filters.Any(filter => filter.Matches(flow)));
        else
        {
            foreach (var filter in filters)
                Forget(Request(filter), flow => filter.Matches(flow));
        }
    }

    /// <summary>Looks at every flow there is.</summary>
    public void Forget(Func<Flow, bool> which) => Forget(Request(null), which);

    private void Forget(NetlinkWriter request, Func<Flow, bool> which)
    {
        var doomed = new List<byte[]>();
        socket.Dump(request, (type, body) =>
        {
            if (which(Read(body, out var key)))
                doomed.Add(key.ToArray());
        });
        foreach (var some in doomed.Chunk(MostAtOnce))
            DeleteAll(some);
    }

    private void DeleteAll(byte[][] keys)
    {
        _request.Clear();
        foreach (var key in keys)
        {
            _request.Begin(Delete, NetlinkFlags.Request, [Route.Inet, 0, 0, 0]);
            _request.Put(Original | 0x8000, key);
        }
        socket.Send(_request); // what is refused has ended by itself
    }

    private NetlinkWriter Request(FlowFilter? wanted)
    {
        _request.Clear();
        _request.Begin(Get, NetlinkFlags.Request | NetlinkFlags.Dump, [Route.Inet, 0, 0, 0]);
        if (wanted is not { } filter)
            return _request;
        var (original, reply) = (0u, 0u);
        if (filter.Answering is { } answering)
            reply = Tuple(Reply, 1, answering, null, null);
        if (filter.Destination is not null || filter.Protocol is not null)
            original = Tuple(Original, 2, filter.Destination, filter.Protocol, filter.Port);
        var flags = _request.Open(Filter);
        _request.Put(1, original);
        _request.Put(2, reply);
        _request.Close(flags);
        return _request;
    }

    /// <summary>What the kernel shall compare of it, as its filter wants to be told.</summary>
    private uint Tuple(ushort which, ushort side, IpAddr? address, byte? protocol, ushort? port)
    {
        uint compare = 0;
        var tuple = _request.Open(which);
        if (address is { } wanted)
        {
            var addresses = _request.Open(Addresses);
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)wanted.Value);
            _request.Put(side, bytes);
            _request.Close(addresses);
            compare |= side == 1 ? 1u : 2u;
        }
        if (protocol is { } number)
        {
            var ports = _request.Open(Ports);
            _request.Put(1, number);
            compare |= 8;
            if (port is { } destination)
            {
                Span<byte> bytes = stackalloc byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(bytes, destination);
                _request.Put(3, bytes);
                compare |= 32;
            }
            _request.Close(ports);
        }
        _request.Close(tuple);
        return compare;
    }

    /// <summary>Key: the client's side as the kernel wrote it, which names the flow when it is deleted.</summary>
    internal static Flow Read(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> key)
    {
        key = default;
        var flow = new Flow();
        var attributes = NetlinkAttributes.After(body, 4);
        while (attributes.Next())
        {
            if (attributes.Type == Original)
            {
                key = attributes.Value;
                var (source, destination, protocol, port) = Side(attributes.Value);
                flow = flow with { Source = source, Destination = destination, Protocol = protocol, Port = port };
            }
            else if (attributes.Type == Reply)
                flow = flow with { Answering = Side(attributes.Value).Source };
            else if (attributes is { Type: Status, Value.Length: 4 })
                flow = flow with { Translated = (BinaryPrimitives.ReadUInt32BigEndian(attributes.Value) & DestinationTranslated) != 0 };
        }
        return flow;
    }

    private static (IpAddr Source, IpAddr Destination, byte Protocol, ushort Port) Side(ReadOnlySpan<byte> tuple)
    {
        (IpAddr Source, IpAddr Destination, byte Protocol, ushort Port) side = default;
        var parts = new NetlinkAttributes(tuple);
        while (parts.Next())
        {
            var inner = new NetlinkAttributes(parts.Value);
            while (inner.Next())
            {
                if (parts.Type == Addresses && inner.Value.Length == 4)
                {
                    var address = IpAddr.V4(BinaryPrimitives.ReadUInt32BigEndian(inner.Value));
                    side = inner.Type == 1 ? side with { Source = address } : side with { Destination = address };
                }
                else if (parts.Type == Ports && inner.Type == 1)
                    side.Protocol = inner.Value[0];
                else if (parts.Type == Ports && inner.Type == 3)
                    side.Port = inner.NetworkPort;
            }
        }
        return side;
    }
}
