using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Orch.Core.Networking;

namespace Orch.Agent.Asking;

/// <summary>
/// Sends echo packets from this machine's bridge to those of others, small ones and full ones that must not be cut, and
/// notes whose arrive: with what the others note at the same time, the direction that is broken is known.
/// </summary>
internal sealed class ReachProbe(NodeNetwork network, string nodeAddress, ulong run, IEnumerable<ReachPeer> peers, TimeProvider clock)
{
    private const int MostPeers = 1000;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(150);

    /// <summary>However late the machine is: fewer would take a lost packet for a broken way.</summary>
    private const int LeastRounds = 4;

    /// <summary>Packets whose time is remembered; a power of two.</summary>
    private const int SentMost = 1 << 13;
    private readonly int _full = LinkFacts.Mtu(network);
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, PeerTally> _byBridge = [];
    private readonly Dictionary<uint, List<PeerTally>> _byMachine = [];
    private readonly List<PeerTally> _tallies = [];
    private readonly long[] _sentAt = new long[SentMost];
    private ushort _sequence;

    public async Task<NetworkReach> RunAsync(
        TimeSpan window, Func<NodeNetwork, CancellationToken, Task<string?>> names, CancellationToken cancellation)
    {
        var report = new NetworkReach { NetworkId = network.Id, Mtu = (uint)_full, UnderlayMtu = (uint)Underlay.Mtu(nodeAddress) };
        var answering = names(network, cancellation);
        foreach (var peer in peers.Take(MostPeers))
            Add(peer);
        try
        {
            if (_full == 0)
                throw new SocketException((int)SocketError.NetworkDown);
            await ExchangeAsync(window, cancellation);
        }
        catch (Exception e) when (e is SocketException or NetworkInformationException)
        {
            report.Problem = _full == 0 ? $"its bridge {network.BridgeName} or its device {network.VxlanName} is missing"
                : $"no packets can be sent from its bridge address {network.BridgeAddress}: {e.Message}";
        }
        report.NamesProblem = await answering ?? "";
        lock (_lock)
            report.Peers.Add(_tallies.Select(tally => tally.Report()));
        return report;
    }

    private void Add(ReachPeer peer)
    {
        var tally = new PeerTally(peer.NodeId, _full);
        _tallies.Add(tally);
        if (V4(peer.BridgeAddress) is { } bridge)
            _byBridge[bridge] = tally;
        if (V4(peer.NodeAddress) is not { } machine)
            return;
        if (!_byMachine.TryGetValue(machine, out var there))
            _byMachine[machine] = there = [];
        there.Add(tally);
    }

    private async Task ExchangeAsync(TimeSpan window, CancellationToken cancellation)
    {
        using var overlay = EchoSocket.Open(network.BridgeAddress.ToIPAddress(), network.BridgeName);
        using var machine = IPAddress.TryParse(nodeAddress, out var own) ? EchoSocket.Open(own, null) : null;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] hearing =
        [
            HearAsync(overlay, TakeOverlay, over.Token),
            machine is null ? Task.CompletedTask : HearAsync(machine, TakeMachine, over.Token),
        ];
        var begun = clock.GetTimestamp();
        for (var round = 0; round < LeastRounds || clock.GetElapsedTime(begun) < window; round++)
        {
            Send(overlay, machine);
            await Task.Delay(Round, clock, cancellation);
            lock (_lock)
            {
                if (_tallies.TrueForAll(tally => tally.IsComplete))
                    break;
            }
        }
        await over.CancelAsync();
        await Task.WhenAll(hearing);
    }

    private void Send(EchoSocket overlay, EchoSocket? machine)
    {
        foreach (var (bridge, tally) in _byBridge)
        {
            List<int> sizes;
            lock (_lock)
                sizes = [.. tally.Sizes()];
            foreach (var size in sizes)
                Send(overlay, bridge, size);
        }
        foreach (var (address, tallies) in _byMachine)
        {
            if (machine is not null && !tallies.TrueForAll(tally => tally.MachineAnswered))
                Send(machine, address, EchoPacket.Shortest);
        }
    }

    private void Send(EchoSocket socket, uint to, int size)
    {
        var sequence = ++_sequence;
        Volatile.Write(ref _sentAt[sequence % SentMost], clock.GetTimestamp());
        socket.Send(EchoPacket.Write(run, size, sequence), IpAddr.V4(to).ToIPAddress());
    }

    private async Task HearAsync(EchoSocket socket, Action<EchoSeen> take, CancellationToken over)
    {
        try
        {
            while (true)
            {
                var seen = await socket.NextAsync(run, over);
                lock (_lock)
                    take(seen);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The exchange is over.
        }
    }

    private void TakeOverlay(EchoSeen seen)
    {
        if (_byBridge.TryGetValue(seen.Source, out var tally))
            tally.Take(seen, seen.IsReply ? clock.GetElapsedTime(Volatile.Read(ref _sentAt[seen.Sequence % SentMost])) : null);
    }

    private void TakeMachine(EchoSeen seen)
    {
        if (!seen.IsReply || !_byMachine.TryGetValue(seen.Source, out var tallies))
            return;
        foreach (var tally in tallies)
            tally.MachineAnswered = true;
    }

    private static uint? V4(string text) => IpAddr.TryParse(text, out var address) && !address.IsV6 ? (uint)address.Value : null;
}
