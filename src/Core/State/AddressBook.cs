using Orch.Core.Model;
using Orch.Core.Networking;

namespace Orch.Core.State;

/// <summary>
/// The addresses of one network that are in use, by tasks, virtual addresses and machines alike, so that none is ever
/// given twice. It is derived from the events; which is given next is only the leader's choice: on from the last one
/// given, round to the beginning, so that a freed address is used again as late as can be.
/// </summary>
public readonly struct AddressBook
{
    private readonly uint _first;
    private readonly uint _last;
    private readonly uint _next;
    private readonly NumberSet _used;

    private AddressBook(AddressBook from, NumberSet used, uint next, uint inUse, int tasks)
    {
        this = from;
        (_used, _next, Used, Tasks) = (used, next, inUse, tasks);
    }

    /// <summary>The book of a network without users: what is the network's own, or the engines', is not given.</summary>
    public AddressBook(EditToken token, Network network)
    {
        // One subnet carries the addresses: a machine's bridge, and with it the containers' gateway, is in one block.
        var subnet = network.Subnets[0];
        Subnet = subnet.Prefix;
        var (first, last) = (Subnet.Base.Value + 1, Subnet.Last.Value - 1);
        if (NetworkLayout.EngineRange(Subnet) is { } engines)
            last = engines.Base.Value - 1;
        if (IpPrefix.TryParse(subnet.Range, out var range))
        {
            first = UInt128.Max(first, range.Base.Value);
            last = UInt128.Min(last, range.Last.Value);
        }
        if (first > last || Subnet.Base.IsV6)
            return;
        (_first, _last) = ((uint)(first - Subnet.Base.Value), (uint)(last - Subnet.Base.Value));
        _next = _first;
        Capacity = _last - _first + 1;
        foreach (var text in Withheld(network))
        {
            if (!IpAddr.TryParse(text, out var address) || !InPlay(address) || _used.Contains(Offset(address)))
                continue;
            _used = _used.With(token, Offset(address));
            Capacity--;
        }
    }

    public IpPrefix Subnet { get; }

    /// <summary>How many addresses can be in use at once.</summary>
    public uint Capacity { get; }
    public uint Used { get; private init; }
    public uint Free => Capacity - Used;

    /// <summary>How many of them tasks have.</summary>
    public int Tasks { get; private init; }

    /// <summary>An address that nobody has; null when there is none.</summary>
    public string? Next => Free == 0 ? null : (_used.FirstFree(_next, _last) ?? _used.FirstFree(_first, _last)) is { } offset
        ? Subnet.At(offset).ToString() : null;

    public bool Has(string address) =>
        IpAddr.TryParse(address, out var parsed) && Subnet.Contains(parsed) && _used.Contains(Offset(parsed));

    /// <summary>Throws <see cref="FoldException"/> for an address that is in use, or not in this network.</summary>
    public AddressBook With(EditToken token, string address, bool isTasks)
    {
        var parsed = IpAddr.Parse(address);
        if (!Subnet.Contains(parsed) || _used.Contains(Offset(parsed)))
            throw new FoldException($"address {address} of subnet {Subnet} is given twice or not in it");
        var offset = Offset(parsed);
        return new(this, _used.With(token, offset), offset >= _last ? _first : Math.Max(_first, offset + 1),
            Used + (InPlay(parsed) ? 1u : 0), Tasks + (isTasks ? 1 : 0));
    }

    public AddressBook Without(EditToken token, string address, bool isTasks)
    {
        var parsed = IpAddr.Parse(address);
        if (!Subnet.Contains(parsed) || !_used.Contains(Offset(parsed)))
            throw new FoldException($"address {address} of subnet {Subnet} is freed and nobody has it");
        return new(this, _used.Without(token, Offset(parsed)), _next,
            Used - (InPlay(parsed) ? 1u : 0), Tasks - (isTasks ? 1 : 0));
    }

    private uint Offset(IpAddr address) => (uint)(address.Value - Subnet.Base.Value);

    private bool InPlay(IpAddr address) =>
        Capacity > 0 && Subnet.Contains(address) && Offset(address) >= _first && Offset(address) <= _last;

    private static IEnumerable<string> Withheld(Network network)
    {
        yield return network.Subnets[0].Gateway;
        foreach (var subnet in network.Spec.IPAM?.Config ?? [])
        {
            foreach (var (_, auxiliary) in subnet.AuxiliaryAddresses ?? [])
                yield return auxiliary;
        }
    }
}
