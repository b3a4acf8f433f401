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
    private readonly PortHolder _ports = new(PortOwner.Find);
    private readonly LinkKeeper _links;
    private readonly RuleKeeper _rules;
    private readonly KernelWatch _watch;
    private readonly DataplaneOptions _options;
    private NetworkBook _last = NetworkBook.Empty;
    private bool _linksChanged;
    private bool _cleared;
    private bool _touched;
    private long? _repaired;
    private long _checked;
    private long _passed;
    private string? _problem;
    private string? _settings;
    private LinkReport _found = LinkReport.None;

    public DataplaneWork(AgentLog log, TimeProvider clock, DataplaneOptions options, ForwardAccepts accepts)
    {
        (_log, _clock, _accepts, _options, _checked) = (log, clock, accepts, options, clock.GetTimestamp());
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

    /// <summary>Makes the kernel as the book says; links: these are looked at in any case.</summary>
    public PassReport Pass(PassOrder order, bool links)
    {
        PassReport report;
        try
        {
            report = order.Leaving ? Clear() : Keep(order.Book, order.Changes, links);
            _cleared = order.Leaving && report.Problem is null;
        }
        catch (Win32Exception e)
        {
            (report, Broken) = (new() { Failed = e.Message }, e.NativeErrorCode != Libc.Interrupted);
        }
        if (report.Problem is { } problem && problem != _problem)
            _log.Warn($"data plane: {problem}");
        (_problem, _last, _passed) = (report.Problem, order.Book, _clock.GetTimestamp());
        PortProblems = _ports.Problems();
        return report;
    }

    /// <summary>Until there is a reason for another pass. True when it has to look at everything.</summary>
    public bool Wait(DataplaneWake wake)
    {
        try
        {
            return Watch(wake);
        }
        catch (Win32Exception e)
        {
            _log.Warn($"data plane: {e.Message}");
            return Broken = true;
        }
    }

    private bool Watch(DataplaneWake wake)
    {
        while (true)
        {
            var called = wake.Wait(Longest(), _watch.RouteHandle, _watch.RulesHandle);
            var trusted = _rules.Trusted;
            var news = _watch.Drain();
            Note(news);
            if (Look() || news.Lost)
                return true;

            // What went wrong is tried again after a while, however much happens meanwhile.
            if (called || (_problem is null && (news.Links || (trusted && !_rules.Trusted))))
                return false;
        }
    }

    private TimeSpan Longest()
    {
        var longest = _options.Period - _clock.GetElapsedTime(_checked);
        if (_problem is not null && _options.Retry - _clock.GetElapsedTime(_passed) is var again && again < longest)
            longest = again;
        return _touched && Pause < longest ? Pause : longest;
    }

    private void Note(KernelNews news)
    {
        _touched = (_touched || news.Table) && !_cleared;
        Distrust();
        if (news.Lost || news.Signed is not null)
            _rules.Verify(news.Lost ? null : news.Signed);
        if (news.Firewall)
            _accepts.Keep();
        _linksChanged |= news.Links;
        if (news.LinkGone)
            _options.LinkGone();
    }

    /// <summary>By the clock alone, so that it comes on a machine where something happens all the time, too.</summary>
    private bool Look()
    {
        var due = _clock.GetElapsedTime(_checked) >= _options.Period;
        if (due)
        {
            _checked = _clock.GetTimestamp();
            _accepts.Keep();
        }
        due |= _problem is not null && _clock.GetElapsedTime(_passed) >= _options.Retry;
        if (due)
            _rules.Verify(null);
        return due;
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
        if (changes is null || changes.Networks.Count > 0 || _settings is not null)
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
        _accepts.Keep([]);
        return new() { Rules = _rules.Clear(), Links = _links.Keep(NetworkBook.Empty) };
    }
}
