using System.ComponentModel;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>Keeps the table as the book says: by the service where it can, all of it where somebody else has touched it.</summary>
internal sealed class RuleKeeper(NetlinkSocket netfilter, NftLibrary nft, PortHolder ports, DataplaneOptions options)
{
    private readonly StaleFlows _flows = new(new(netfilter), () => NftTable.Addresses(netfilter, RuleNames.Table, RuleNames.Led));
    private readonly RuleSet _rules = new();
    private bool _unknown = true;
    private bool _stale = true;
    private bool _endings = true;

    /// <summary>Whether the table is known to be as it was last made.</summary>
    public bool Trusted => !_unknown;

    /// <summary>Somebody else changed the table: what it holds is not known any more.</summary>
    public void Distrust() => _unknown = true;

    /// <summary>That mark was left by one of our own changes, unless somebody put an old table back.</summary>
    public void Verify(string? signed)
    {
        if (_unknown || signed == _rules.Digest)
            return;
        try
        {
            _unknown = NftTable.Comment(netfilter, RuleNames.Table, RuleNames.State) != _rules.Digest;
        }
        catch (Win32Exception e) when (e.NativeErrorCode == Libc.Interrupted)
        {
            _unknown = true; // made anew without need, at worst
        }
    }

    /// <summary>Why the rules could not be made so; null when they are.</summary>
    public string? Keep(NetworkBook book, IReadOnlySet<string>? changed)
    {
        var services = changed is null
            ? book.Services.Keys.Concat(_rules.Services).Append(CommonRules.Owner).ToHashSet(StringComparer.Ordinal)
            : changed.Concat(ports.Troubled).Concat(_rules.Contested).ToHashSet(StringComparer.Ordinal);
        ports.NameServers = book.Networks.Values.Select(network => network.BridgeAddress).ToHashSet();
        Claim(book, services);
        var rendering = new ServiceRendering(book, options.NodeId);
        var wanted = services.ToDictionary(
            service => service,
            service => service == CommonRules.Owner
                ? CommonRules.Render(book, options.NodeId)
                : rendering.Render(service, claim => ports.Holds(service, claim)),
            StringComparer.Ordinal);
        var change = _rules.Compare(wanted);
        if ((change is not null || _unknown) && Apply(change) is { } problem)
            return $"nftables: {problem}";
        Forget(change, book);
        return null;
    }

    /// <summary>Why this machine cannot have such rules; null when it can.</summary>
    public string? Trial()
    {
        var backends = new List<Backend> { new("a", IpAddr.V4(0x0A000001)), new("b", IpAddr.V4(0x0A000002)) };
        var sample = new ServiceRules(
            [new("t_v", Balance.ToAddress(backends, affinity: true)), new("t_p", $"ct mark set {RuleNames.PortMark}\nmeta l4proto tcp {Balance.ToPort(backends, false, 80)}")],
            [new(RuleNames.Vips, "\"or-1\" . 10.0.0.3", "goto t_v"), new(RuleNames.Ports, "tcp . 80", "goto t_p")]);
        try
        {
            // Without time limits of connections (CONFIG_NF_CONNTRACK_TIMEOUT) a machine can do all that matters.
            _endings = nft.Run(TableText.Whole([sample], "0"), trial: true) is null;
            if (!_endings && nft.Run(TableText.Whole([sample], "0", endings: false), trial: true) is { } refused)
                return $"nftables rules: {refused}";
            _flows.Table.Forget([new(true, IpAddr.V4(1), IpAddr.V4(1), 17, null)]);
            return null;
        }
        catch (DllNotFoundException)
        {
            return "libnftables.so.1: install the package nftables";
        }
        catch (Win32Exception e)
        {
            return $"connection tracking (kernel module nf_conntrack_netlink): {e.Message}";
        }
    }

    /// <summary>Why the table is still there; null when it is not.</summary>
    public string? Clear()
    {
        _unknown = true;
        return nft.Run(TableText.Removal) is { } problem ? $"nftables: {problem}" : null;
    }

    private void Claim(NetworkBook book, HashSet<string> services)
    {
        var claims = services.Where(service => service != CommonRules.Owner).ToDictionary(service => service, service => Claims(book, service));
        foreach (var (service, wanted) in claims)
            ports.Release(service, wanted);
        foreach (var (service, wanted) in claims.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            ports.Take(service, wanted);
    }

    /// <summary>None while the network that carries them is not needed here.</summary>
    private static List<PortClaim> Claims(NetworkBook book, string id) =>
        book.Services.TryGetValue(id, out var service) && !service.Networks.IsEmpty && book.Networks.ContainsKey(service.Networks[0].NetworkId)
            ? [.. PortClaim.Of(service).DistinctBy(claim => (claim.Key, claim.Address))] : [];

    /// <summary>Until it is done once, also after a failure, nobody knows which flows belong to rules that are no more.</summary>
    private void Forget(RuleChange? change, NetworkBook book)
    {
        var all = _stale;
        _stale = true;
        if (all)
            _flows.ForgetAll(_rules.All, book);
        else if (change is not null)
            _flows.Forget(change);
        _stale = false;
    }

    private string? Apply(RuleChange? change)
    {
        if (change is not null && !_unknown && nft.Run(change.Text()) is null)
        {
            _rules.Keep(change);
            return null;
        }
        if (change is not null)
            _rules.Keep(change);

        // Whatever was in the way of the small change: the whole table replaces what is there.
        _unknown = _stale = true;
        if (nft.Run(_rules.Whole(_endings)) is { } problem)
            return problem;
        _unknown = false;
        return null;
    }

}
