using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>
/// Names and addresses of one network. Readers need no lock: a name's claims are replaced as a whole, and a name that
/// exists before and after a change exists during it.
/// </summary>
internal sealed class Zone
{
    private readonly ConcurrentDictionary<byte[], ServiceView[]> _names = new(1, 31, NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], ServiceView[]>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;
    private readonly ConcurrentDictionary<uint, AddressOwner> _addresses = new(1, 31);
    private volatile NodeNetwork _facts;
    private AddressOwner _host = null!;

    public Zone(NodeNetwork facts)
    {
        _byBytes = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
        Facts = facts;
    }

    /// <summary>Setting them also says that this machine itself may ask, from the bridge's address.</summary>
    public NodeNetwork Facts
    {
        get => _facts;
        [MemberNotNull(nameof(_facts))]
        set
        {
            _facts = value;
            var before = _host;
            _host = new(before?.Asker ?? new(null, [this]), Bridge(value));
            if (_host.Address != 0)
                Own(_host);
            if (before is not null)
                Disown(before);
        }
    }

    public uint BridgeAddress => _host.Address;

    /// <summary>This machine itself, when it asks.</summary>
    public Asker? Host => _host.Asker;

    public bool TryFind(ReadOnlySpan<byte> name, out ServiceView[] claims) => _byBytes.TryGetValue(name, out claims!);

    public bool TryOwner(uint address, out AddressOwner owner) => _addresses.TryGetValue(address, out owner!);

    public bool Covers(IpAddr address)
    {
        foreach (var subnet in Facts.Subnets)
        {
            if (subnet.Contains(address))
                return true;
        }
        return false;
    }

    public void Claim(byte[] name, ServiceView view) => _names[name] = _names.TryGetValue(name, out var claims)
        ? [.. claims, view] : [view];

    public void Disclaim(byte[] name, ServiceView view)
    {
        if (!_names.TryGetValue(name, out var claims))
            return;
        ServiceView[] left = [.. claims.Where(claim => claim != view)];
        if (left.Length == 0)
            _names.TryRemove(name, out _);
        else
            _names[name] = left;
    }

    private static uint Bridge(NodeNetwork facts) => facts.BridgeAddress.IsV6 ? 0 : (uint)facts.BridgeAddress.Value;

    public void Own(AddressOwner owner) => _addresses[owner.Address] = owner;

    /// <summary>Only when it is still that one's: an address may have been given on already.</summary>
    public void Disown(AddressOwner owner) => _addresses.TryRemove(new(owner.Address, owner));
}
