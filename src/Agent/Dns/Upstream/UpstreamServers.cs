using System.Collections.Immutable;
using System.Net;

namespace Orch.Agent.Dns;

/// <summary>
/// The servers to ask in order, as the host's file says at this time. One that did not answer goes to the end for a while,
/// so that not every question waits for it. Our own addresses never count: questions would go round for ever.
/// </summary>
internal sealed class UpstreamServers(DnsOptions options, TimeProvider clock, Func<IPAddress, bool> isOurs)
{
    /// <summary>A file this small is compared faster than any notice of its change, through links, is kept up.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, long> _silent = [];
    private ImmutableArray<IPAddress> _servers = [];
    private string? _text;
    private long _looked;

    public ImmutableArray<IPEndPoint> InOrder()
    {
        lock (_lock)
        {
            Look();
            return [.. _servers.Where(server => !isOurs(server)).OrderBy(IsSilent)
                .Select(server => new IPEndPoint(server, options.UpstreamPort))];
        }
    }

    public void Silent(IPEndPoint server)
    {
        lock (_lock)
            _silent[server.Address] = clock.GetTimestamp();
    }

    public void Answered(IPEndPoint server)
    {
        lock (_lock)
            _silent.Remove(server.Address);
    }

    private bool IsSilent(IPAddress server) =>
        _silent.TryGetValue(server, out var since) && clock.GetElapsedTime(since) < SilentFor;

    private void Look()
    {
        if (_text is not null && clock.GetElapsedTime(_looked) < LookEvery)
            return;
        _looked = clock.GetTimestamp();
        var text = Read();
        if (text == _text)
            return;
        (_text, _servers) = (text, [.. ResolvConf.Parse(text)]);
        _silent.Clear();
    }

    private string Read()
    {
        try
        {
            return File.ReadAllText(options.ResolvConf);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // While it is being replaced, what it said before still holds.
            return _text ?? "";
        }
    }
}
