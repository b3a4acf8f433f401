using System.Net;
using System.Net.Sockets;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>
/// One UDP and one TCP socket for each bridge address, opened and closed as networks come and go. One that cannot be
/// opened is reported once and tried again at every call.
/// </summary>
internal sealed class ListenerSet(DnsOptions options, AgentLog log, UdpService udp, TcpService tcp) : IDisposable
{
    private readonly Dictionary<ListenerKey, Listener> _open = [];
    private readonly HashSet<ListenerKey> _reported = [];
    private volatile HashSet<uint> _addresses = [];
    private int _number;
    private bool _disposed;

    /// <summary>False when one is missing.</summary>
    public bool Apply(IReadOnlyList<Zone> zones)
    {
        if (_disposed)
            return true;
        var wanted = new Dictionary<ListenerKey, Zone>();
        foreach (var zone in zones.Where(zone => zone.BridgeAddress != 0))
        {
            wanted[new(zone.BridgeAddress, false)] = zone;
            wanted[new(zone.BridgeAddress, true)] = zone;
        }
        foreach (var (key, listener) in _open.ToList())
        {
            if (wanted.GetValueOrDefault(key) != listener.Zone)
                Close(key, listener);
        }
        _reported.IntersectWith(wanted.Keys);
        _addresses = [.. wanted.Keys.Select(key => key.Address)];
        var complete = true;
        foreach (var (key, zone) in wanted)
            complete &= _open.ContainsKey(key) || TryOpen(key, zone);
        return complete;
    }

    /// <summary>For any thread.</summary>
    public bool Has(IPAddress address) => IpAddr.From(address) is { IsV6: false } v4 && _addresses.Contains((uint)v4.Value);

    public void Dispose()
    {
        _disposed = true;
        foreach (var (key, listener) in _open.ToList())
            Close(key, listener);
    }

    private bool TryOpen(ListenerKey key, Zone zone)
    {
        try
        {
            var listener = Listener.Open(++_number, zone, key, options.Port);
            _open[key] = listener;
            if (key.Tcp)
                tcp.Add(listener);
            else
                udp.Add(listener);
            if (_reported.Remove(key))
                log.Info($"names of {zone.Facts.Name}: listening on {key} at last");
            return true;
        }
        catch (SocketException e)
        {
            if (_reported.Add(key))
                log.Warn($"names of {zone.Facts.Name}: cannot listen on {key}, port {options.Port}: {e.Message}. "
                    + "Its tasks resolve no names until then; a name server that listens on every address of this machine "
                    + "must leave out those of bridges or-*. Trying again");
            return false;
        }
    }

    private void Close(ListenerKey key, Listener listener)
    {
        _open.Remove(key);
        if (!key.Tcp)
            udp.Remove(listener);
        listener.Dispose();
    }
}
