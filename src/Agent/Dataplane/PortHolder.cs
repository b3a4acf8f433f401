using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Takes published ports of this machine with sockets that never see a packet, since rules come before sockets: another
/// program that wants the port is told that it is taken, and we are told when another has it.
/// </summary>
internal sealed class PortHolder : IDisposable
{
    private readonly Dictionary<(PortKey Key, IpAddr? Address), (string Service, Socket? Socket)> _held = [];
    private readonly Dictionary<string, SortedDictionary<string, string>> _problems = new(StringComparer.Ordinal);

    /// <summary>Services that did not get all of their ports: it is tried again when anything is done.</summary>
    public IEnumerable<string> Troubled => _problems.Keys;

    /// <summary>In words, by service.</summary>
    public FrozenDictionary<string, string> Problems() =>
        _problems.ToFrozenDictionary(pair => pair.Key, pair => string.Join("; ", pair.Value.Values));

    public bool Holds(string service, PortClaim claim) =>
        _held.TryGetValue((claim.Key, claim.Address), out var holder) && holder.Service == service;

    /// <summary>Frees what the service no longer publishes. First for all services, as one may follow another on a port.</summary>
    public void Release(string service, IReadOnlyCollection<PortClaim> kept)
    {
        _problems.Remove(service);
        var keys = kept.Select(claim => (claim.Key, claim.Address)).ToHashSet();
        foreach (var key in _held.Where(pair => pair.Value.Service == service && !keys.Contains(pair.Key)).Select(pair => pair.Key).ToList())
        {
            _held.Remove(key, out var holder);
            holder.Socket?.Dispose();
        }
    }

    public void Take(string service, IReadOnlyCollection<PortClaim> claims)
    {
        foreach (var claim in claims)
        {
            if (!Holds(service, claim) && Take(service, claim) is { } problem)
                Problem(service).TryAdd(claim.ToString(), problem);
        }
    }

    public void Dispose()
    {
        foreach (var (_, socket) in _held.Values)
            socket?.Dispose();
        _held.Clear();
        _problems.Clear();
    }

    private SortedDictionary<string, string> Problem(string service)
    {
        if (!_problems.TryGetValue(service, out var problems))
            _problems[service] = problems = new(StringComparer.Ordinal);
        return problems;
    }

    private string? Take(string service, PortClaim claim)
    {
        if (OtherService(service, claim) is { } other)
            return $"port {claim} is published by the service {other} already";
        try
        {
            _held[(claim.Key, claim.Address)] = (service, Bind(claim));
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return null; // an address of another machine: the port is published there
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return PortOwner.Find(claim) is { } owner
                ? $"port {claim} is in use on this machine by {owner}" : $"port {claim} is in use on this machine";
        }
        catch (SocketException e)
        {
            return $"port {claim} cannot be taken on this machine: {e.Message}";
        }
    }

    private string? OtherService(string service, PortClaim claim)
    {
        foreach (var ((key, address), holder) in _held)
        {
            if (key == claim.Key && holder.Service != service && (address is null || claim.Address is null || address == claim.Address))
                return holder.Service;
        }
        return null;
    }

    /// <summary>No socket for SCTP: the machine may not know it at all, and nobody's program is in the way.</summary>
    private static Socket? Bind(PortClaim claim)
    {
        if (claim.Key.Protocol == PortProtocol.Sctp)
            return null;
        var tcp = claim.Key.Protocol == PortProtocol.Tcp;
        var socket = new Socket(
            AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(claim.Address?.ToIPAddress() ?? IPAddress.Any, claim.Key.Port));
            if (tcp)
                socket.Listen(1);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
