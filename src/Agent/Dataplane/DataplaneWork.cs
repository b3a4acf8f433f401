using System.Collections.Frozen;
using System.ComponentModel;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;

namespace Orch.Agent.Dataplanes;

/// <summary>What the data plane's thread does and knows. A pass looks at as much as it has a reason to.</summary>
internal sealed class DataplaneWork : IDisposable
{
    /// <summary>Between two repairs of the table, should somebody else keep changing it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly AgentLog _log;
    private readonly TimeProvider _clock;
    private readonly ForwardAccepts _accepts;
    private readonly NetlinkSocket _route = new(NetlinkSocket.RouteProtocol);
    private readonly NetlinkSocket _netfilter = new(NetlinkSocket.NetfilterProtocol);
    private readonly NftLibrary _nft = new();
    private readonly PortHolder _ports = new();
    private readonly LinkKeeper _links;
    private readonly RuleKeeper _rules;
    private readonly KernelWatch _watch;
    private readonly DataplaneOptions _options;
    private NetworkBook _last = NetworkBook.Empty;
    private bool _linksChanged;
    private bool _cleared;
    private bool _touched;
    private long? _repaired;
    private string? _problem;
    private string? _settings;
    private LinkReport _found = LinkReport.None;

    public DataplaneWork(AgentLog log, TimeProvider clock, DataplaneOptions options, ForwardAccepts accepts)
    {
        (_log, _clock, _accepts, _options) = (log, clock, accepts, options);
        _links = new(_route, options);
        _rules = new(_netfilter, _nft, _ports, options);
        _watch = new(RuleNames.Table, RuleNames.State, _links.Concerns, _links.Misses);
    }

    public FrozenDictionary<string, string> PortProblems { get; private set; } = FrozenDictionary<string, string>.Empty;

    /// <summary>A conversation with the kernel ended in the middle: what comes next on it would not be understood.</summary>
    public bool Broken { get; private set; }

    /// <summary>What this machine lacks, in words.</summary>
    public string? Trial()
    {
        try
        {
            if (!File.Exists(Sysctls.BridgeRules) && !KernelModule.Load("br_netfilter") && !File.Exists(Sysctls.BridgeRules))
                return "packet filter for bridges (kernel module br_netfilter)";
            return _links.Trial() ?? _rules.Trial();
        }
        catch (Win32Exception e)
        {
            return $"way to change its network: {e.Message}";
        }
    }

    /// <summary>Makes the kernel as the book says; changes null: everything is looked at. Links: these are in any case.</summary>
    public PassReport Pass(NetworkBook book, BookChanges? changes, bool links, bool leaving)
    {
        PassReport report;
        try
        {
            report = leaving ? Clear() : Keep(book, changes, links);
            _cleared = leaving && report.Problem is null;
        }
        catch (Win32Exception e)
        {
            (report, Broken) = (new() { Failed = e.Message }, true);
        }
        if (report.Problem is { } problem && problem != _problem)
            _log.Warn($"data plane: {problem}");
        (_problem, _last) = (report.Problem, book);
        PortProblems = _ports.Problems();
        return report;
    }

    /// <summary>Until there is a reason for another pass. True when it has to look at everything.</summary>
    public bool Wait(DataplaneWake wake, TimeSpan longest)
    {
        var pausing = _touched;
        var told = wake.Wait(pausing && longest > Pause ? Pause : longest, _watch.RouteHandle, _watch.RulesHandle);
        var due = !told && !pausing;
        var news = _watch.Drain();
        _touched = (_touched || news.Table) && !_cleared;
        Distrust();
        if (news.Lost || news.Signed is not null)
            _rules.Verify(news.Lost ? null : news.Signed);
        if (news.Firewall)
            _accepts.Keep();
        _linksChanged |= news.Links;
        if (due)
        {
            _rules.Verify(null);
            _accepts.Keep();
        }
        return due || news.Lost || _problem is not null;
    }

    private void Distrust()
    {
        if (!_touched || (_repaired is { } last && _clock.GetElapsedTime(last) < Pause))
            return;
        _log.Warn("data plane: somebody else changed our rules: they are made anew");
        _rules.Distrust();
        (_touched, _repaired) = (false, _clock.GetTimestamp());
    }

    public void Dispose()
    {
        _watch.Dispose();
        _nft.Dispose();
        _ports.Dispose();
        _route.Dispose();
        _netfilter.Dispose();
    }

    private PassReport Keep(NetworkBook book, BookChanges? changes, bool links)
    {
        var impact = changes is null ? BookImpact.Everything : BookImpact.Of(changes, _last, book, _options.NodeId);
        if (changes is null)
            _settings = book.Networks.IsEmpty ? null : Sysctls.Apply();
        if (changes is null || changes.Networks.Count > 0)
            _accepts.Keep([.. book.Networks.Values.Select(network => network.BridgeName)]);
        if (links || impact.Links || _linksChanged)
            _found = _links.Keep(book);
        _linksChanged = _found.Problems.Count > 0;
        return new() { Settings = _settings, Links = _found, Rules = _rules.Keep(book, impact.Services) };
    }

    /// <summary>
    /// Forwarding and the bridges' packet filter stay on: others may rely on them by now, and they were on before wherever
    /// the engine ran.
    /// </summary>
    private PassReport Clear()
    {
        if (_cleared)
            return new();
        foreach (var network in _last.Networks.Values)
            Sysctls.SetRouteLocal(network.BridgeName, on: false);
        _ports.Dispose();
        _rules.Clear();
        _accepts.Keep([]);
        return new() { Links = _links.Keep(NetworkBook.Empty) };
    }
}
