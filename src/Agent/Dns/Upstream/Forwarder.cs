using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Orch.Agent.Dns;

/// <summary>
/// Asks the host's servers, one after the other, each question from a socket of its own: its port and its id are random,
/// and an answer that fits neither is not looked at. What they say is handed on as it is. Bounded; over the bound, and
/// when none of them answers, the answer is SERVFAIL.
/// </summary>
internal sealed class Forwarder(UpstreamServers servers, DnsOptions options, TimeProvider clock)
{
    private int _waiting;

    /// <summary>False at the bound; else <see cref="End"/> must follow.</summary>
    public bool TryBegin(Asker asker)
    {
        if (Interlocked.Increment(ref _waiting) <= options.MostForwarded && asker.TryBeginForward(options.MostForwardedOfOne))
            return true;
        Interlocked.Decrement(ref _waiting);
        return false;
    }

    public void End(Asker asker)
    {
        asker.EndForward();
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>Writes an answer to the buffer in any case and returns its length. The query was read before.</summary>
    public async Task<int> AskAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, bool tcp, CancellationToken stopping)
    {
        var order = servers.InOrder();
        var asked = WithoutRest(query.Span);
        var length = 0;

        // The only server gets a second chance: a datagram may be lost.
        foreach (var server in order.Length == 1 && !tcp ? [order[0], order[0]] : order.AsEnumerable())
        {
            RandomNumberGenerator.Fill(asked.AsSpan(0, 2));
            length = await TryAsync(server, asked, answer, tcp, stopping);
            if (length > 0 && Knows(answer.Span))
                break;
        }
        if (length == 0)
            return Failure(query.Span, answer.Span, order.Length == 0);
        query.Span[..2].CopyTo(answer.Span);
        return length;
    }

    private static byte[] WithoutRest(ReadOnlySpan<byte> packet)
    {
        Span<byte> name = stackalloc byte[DnsWire.MostName];
        DnsQuery.Read(packet, name, out var query);
        return packet[..query.End].ToArray();
    }

    private static bool Knows(ReadOnlySpan<byte> answer) =>
        (Rcode)(answer[3] & 0x0F) is not (Rcode.ServerFailure or Rcode.Refused or Rcode.NotImplemented);

    /// <summary>Without any server, a name of one label cannot exist anywhere; for others nobody knows.</summary>
    public static int Failure(ReadOnlySpan<byte> packet, Span<byte> answer, bool alone = false)
    {
        Span<byte> name = stackalloc byte[DnsWire.MostName];
        DnsQuery.Read(packet, name, out var query);
        var missing = alone && DnsName.CountLabels(query.Name) == 1;
        return new AnswerWriter(query, answer, DnsWire.LeastUdp)
            .Finish(missing ? Rcode.NoSuchName : Rcode.ServerFailure, authoritative: false);
    }

    /// <summary>0: no answer from there.</summary>
    private async Task<int> TryAsync(
        IPEndPoint server, ReadOnlyMemory<byte> query, Memory<byte> answer, bool tcp, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(options.UpstreamWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            var length = tcp
                ? await UpstreamCalls.TcpAsync(server, query, answer, either.Token)
                : await UpstreamCalls.UdpAsync(server, query, answer, either.Token);
            servers.Answered(server);
            return length;
        }
        catch (Exception e) when (e is SocketException or IOException
            || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            servers.Silent(server);
            return 0;
        }
    }
}
