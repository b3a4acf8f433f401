using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Orch.Agent.Netlink;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Takes published ports of this machine with sockets that never see a packet, since rules come before sockets: another
/// program that wants the port is told that it is taken, and we are told when another has it.
/// </summary>
internal sealed class PortHolder(Func<PortClaim, string?> owner) : IDisposable
{
    private const int NameServerPort = 53;
    private readonly Dictionary<PortKey, List<Hold>> _held = [];
    private readonly Dictionary<string, List<PortClaim>> _byService = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, Problem>> _problems = new(StringComparer.Ordinal);

    /// <summary>Services that did not get all of their ports: it is tried again when anything is done.</summary>
    public IEnumerable<string> Troubled => _problems.Keys;

    /// <summary>In words, by service.</summary>
    public FrozenDictionary<string, string> Problems() =>
        _problems.ToFrozenDictionary(pair => pair.Key, pair => string.Join("; ", pair.Value.Values.Select(problem => problem.Text)));

    /// <summary>Where the machine's own name server answers, and will answer: its port is left free there.</summary>
    public IReadOnlySet<IpAddr> NameServers { get; set; } = new HashSet<IpAddr>();

    public bool Holds(string service, PortClaim claim) => Find(service, claim) is not null;

    /// <summary>Frees what the service no longer publishes. First for all services, as one may follow another on a port.</summary>
    public void Release(string service, IReadOnlyCollection<PortClaim> kept)
    {
        Forget(service, kept.Select(claim => claim.ToString()).ToHashSet());
        if (!_byService.TryGetValue(service, out var claims))
            return;
        foreach (var claim in claims.Where(claim => !kept.Any(other => other.Key == claim.Key && other.Address == claim.Address)).ToList())
        {
            claims.Remove(claim);
            var hold = Find(service, claim)!;
            hold.Dispose();
            _held[claim.Key].Remove(hold);
            if (_held[claim.Key].Count == 0)
                _held.Remove(claim.Key);
        }
        if (claims.Count == 0)
            _byService.Remove(service);
    }

    public void Take(string service, IReadOnlyCollection<PortClaim> claims)
    {
        var trouble = _problems.GetValueOrDefault(service) ?? new(StringComparer.Ordinal);
        foreach (var claim in claims)
        {
            var name = claim.ToString();
            if (Holds(service, claim) || Take(service, claim, trouble.GetValueOrDefault(name)) is not { } problem)
                trouble.Remove(name);
            else
                trouble[name] = problem;
        }
        if (trouble.Count > 0)
            _problems[service] = trouble;
        else
            _problems.Remove(service);
    }

    public void Dispose()
    {
        foreach (var hold in _held.Values.SelectMany(holds => holds))
            hold.Dispose();
        _held.Clear();
        _byService.Clear();
        _problems.Clear();
    }

    private void Forget(string service, HashSet<string> but)
    {
        if (!_problems.TryGetValue(service, out var problems))
            return;
        foreach (var claim in problems.Keys.Where(claim => !but.Contains(claim)).ToList())
            problems.Remove(claim);
        if (problems.Count == 0)
            _problems.Remove(service);
    }

    /// <summary>Before: what was in the way the last time. Who has a port is looked for once, as that takes a while.</summary>
    private Problem? Take(string service, PortClaim claim, Problem? before)
    {
        if (OtherService(service, claim) is { } other)
            return new($"port {claim} is published by the service {other} already");
        try
        {
            Keep(claim, new(service, claim.Address, Sockets(claim)));
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return null; // an address of another machine: the port is published there
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return before is { InUse: true } ? before : new(
                owner(claim) is { } program ? $"port {claim} is in use on this machine by {program}" : $"port {claim} is in use on this machine",
                InUse: true);
        }
        catch (SocketException e)
        {
            return new($"port {claim} cannot be taken on this machine: {e.Message}");
        }
    }

    private void Keep(PortClaim claim, Hold hold)
    {
        if (!_held.TryGetValue(claim.Key, out var holds))
            _held[claim.Key] = holds = [];
        holds.Add(hold);
        if (!_byService.TryGetValue(hold.Service, out var claims))
            _byService[hold.Service] = claims = [];
        claims.Add(claim);
    }

    private Hold? Find(string service, PortClaim claim) =>
        _held.GetValueOrDefault(claim.Key)?.Find(hold => hold.Service == service && hold.Address == claim.Address);

    private string? OtherService(string service, PortClaim claim) =>
        _held.GetValueOrDefault(claim.Key)?.Find(hold => hold.Service != service
            && (hold.Address is null || claim.Address is null || hold.Address == claim.Address))?.Service;

    /// <summary>
    /// One for all addresses, but of the name server's port: there one for each of the machine's addresses that networks do not
    /// have, as a socket for all would take it from name servers that begin later.
    /// </summary>
    private List<Socket> Sockets(PortClaim claim)
    {
        if (claim.Address is not null || claim.Key.Port != NameServerPort || claim.Key.Protocol == PortProtocol.Sctp)
            return Bind(claim) is { } socket ? [socket] : [];
        if (PortOwner.Addresses(claim).Any(address => address is not { } at || !NameServers.Contains(at)))
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        var sockets = new List<Socket>();
        try
        {
            foreach (var address in LocalAddresses.OfMachine().ToHashSet())
            {
                if (BindIfThere(claim with { Address = address }) is { } socket)
                    sockets.Add(socket);
            }
            return sockets;
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    private static Socket? BindIfThere(PortClaim claim)
    {
        try
        {
            return Bind(claim);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return null; // taken from the machine since it was listed
        }
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
            // Bound, never listening: should a packet come past the rules after all, its sender is refused and does not wait.
            // And by the kernel's own call, as the framework would allow others to bind the same port.
            Libc.Bind(socket, new IPEndPoint(claim.Address?.ToIPAddress() ?? IPAddress.Any, claim.Key.Port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed record Problem(string Text, bool InUse = false);

    private sealed record Hold(string Service, IpAddr? Address, List<Socket> Sockets) : IDisposable
    {
        public void Dispose() => Sockets.ForEach(socket => socket.Dispose());
    }
}
