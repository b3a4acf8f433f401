using Microsoft.Win32.SafeHandles;

namespace Orch.Agent.Netlink;

/// <summary>
/// What the kernel told since the last look. Signed: the change carried our own mark, with that comment.
/// LinkGone: one of the links that concern us was deleted. Lost: it could not tell everything.
/// </summary>
internal readonly record struct KernelNews(bool Links, bool LinkGone, bool Table, string? Signed, bool Firewall, bool Lost);

/// <summary>
/// Listens to changes of links and of rules, whoever makes them. An event only says where to look again. Our own changes
/// of rules are told from others' by the rule that each of them replaces in the chain of the table's state.
/// </summary>
internal sealed class KernelWatch : IDisposable
{
    private readonly NetlinkSocket _route = new(NetlinkSocket.RouteProtocol, 8 << 20);
    private readonly NetlinkSocket _rules = new(NetlinkSocket.NetfilterProtocol, 16 << 20);
    private readonly string _table;
    private readonly string _stateChain;
    private readonly Func<Link, bool> _concerns;
    private readonly Func<Neighbour, bool> _misses;
    private (bool Touched, string? Signed, bool Firewall) _change;

    /// <summary>Concerns: whether a changed link is of ours. Misses: whether a neighbour that went is one.</summary>
    public KernelWatch(string table, string stateChain, Func<Link, bool> concerns, Func<Neighbour, bool> misses)
    {
        (_table, _stateChain, _concerns, _misses) = (table, stateChain, concerns, misses);
        _route.Join(Route.LinkGroup);
        _route.Join(Route.NeighbourGroup);
        _rules.Join(NftTable.Group);
    }

    public SafeFileHandle RouteHandle => _route.Handle;
    public SafeFileHandle RulesHandle => _rules.Handle;

    public KernelNews Drain()
    {
        var (links, gone, table, firewall) = (false, false, false, false);
        string? signed = null;
        var whole = _route.Drain((type, body) => links |= type switch
        {
            Route.NewLink => _concerns(Link.Read(body)),
            Route.DeleteLink when _concerns(Link.Read(body)) => gone = true,
            Route.DeleteNeighbour => _misses(Neighbour.Read(body)),
            _ => false,
        });
        whole &= _rules.Drain((type, body) =>
        {
            if (type != NftTable.EndOfChange)
            {
                Note(type, body);
                return;
            }
            if (_change.Signed is not null)
                signed = _change.Signed;
            else
                table |= _change.Touched;
            firewall |= _change.Firewall;
            _change = default;
        });
        if (!whole)
            _change = default;
        return new(links || !whole, gone || !whole, table, signed, firewall || !whole, !whole);
    }

    public void Dispose()
    {
        _route.Dispose();
        _rules.Dispose();
    }

    private void Note(ushort type, ReadOnlySpan<byte> body)
    {
        var news = NftTable.Read(body);
        if (!news.Inet)
            return;
        if (news.Table == _table)
        {
            _change.Touched = true;
            if (type == NftTable.NewRule && news.Chain == _stateChain)
                _change.Signed = news.Comment ?? "";
        }
        else if (news.Table == "filter")
            _change.Firewall |= !NftTable.IsOfRule(type) || news.Chain is "FORWARD" or "DOCKER-USER";
    }
}
