using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>
/// Questions over TCP, any number on a connection, answered in their order. Connections are bounded, in all and for each
/// address, and closed when no whole question comes in time.
/// </summary>
internal sealed class TcpService(
    DnsHandler handler, Forwarder forwarder, DnsOptions options, TimeProvider clock, OwnedTasks jobs)
{
    private const int MostQuery = 4096;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<uint, int> _open = new();
    private int _all;

    public void Add(Listener listener) => jobs.Run(() => AcceptAsync(listener));

    private async Task AcceptAsync(Listener listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.Socket.AcceptAsync(listener.Closed);
            }
            catch (SocketException) when (!listener.Closed.IsCancellationRequested)
            {
                // Aborted by the client before it was accepted, or no descriptor left: neither is the listener's end.
                await Task.Delay(_pause, clock, listener.Closed);
                continue;
            }
            if (SourceOf(client) is { } source && handler.Knows(listener.Zone, source) && TryEnter(source))
                jobs.Run(() => ServeAsync(listener, client, source));
            else
                client.Dispose();
        }
    }

    private async Task ServeAsync(Listener listener, Socket client, uint source)
    {
        try
        {
            client.NoDelay = true;
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var scratch = new DnsScratch(new Random());
            var buffer = new byte[MostQuery];
            while (await ReadAsync(stream, buffer, listener.Closed) is var length and > 0)
            {
                if (!await AnswerAsync(listener, stream, source, buffer.AsMemory(0, length), scratch))
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // It broke off, or took too long.
        }
        finally
        {
            Leave(source);
        }
    }

    /// <summary>The length of the next question; 0 when the client has no more, or one that is none.</summary>
    private async Task<int> ReadAsync(NetworkStream stream, byte[] buffer, CancellationToken closed)
    {
        using var patience = new CancellationTokenSource(options.IdleFor, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, closed);
        if (await stream.ReadAtLeastAsync(buffer.AsMemory(0, 2), 2, false, either.Token) < 2)
            return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
        if (length is < DnsWire.HeaderSize or > MostQuery)
            return 0;
        await stream.ReadExactlyAsync(buffer.AsMemory(0, length), either.Token);
        return length;
    }

    /// <summary>False: nothing is said to this one.</summary>
    private async Task<bool> AnswerAsync(
        Listener listener, NetworkStream stream, uint source, ReadOnlyMemory<byte> query, DnsScratch scratch)
    {
        var answer = ArrayPool<byte>.Shared.Rent(DnsWire.MostTcp + 2);
        try
        {
            var body = answer.AsMemory(2, DnsWire.MostTcp);
            var reply = handler.Handle(listener.Zone, source, query.Span, body.Span, tcp: true, scratch);
            var length = reply.Verdict switch
            {
                Verdict.Answer => reply.Length,
                Verdict.Forward => await ForwardAsync(reply.Asker!, query, body, listener.Closed),
                _ => 0,
            };
            if (length == 0)
                return false;
            BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)length);
            using var patience = new CancellationTokenSource(options.IdleFor, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, listener.Closed);
            await stream.WriteAsync(answer.AsMemory(0, length + 2), either.Token);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    private async Task<int> ForwardAsync(Asker asker, ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken closed)
    {
        if (!forwarder.TryBegin(asker))
            return Forwarder.Failure(query.Span, answer.Span);
        try
        {
            return await forwarder.AskAsync(query, answer, tcp: true, closed);
        }
        finally
        {
            forwarder.End(asker);
        }
    }

    private bool TryEnter(uint source)
    {
        if (Interlocked.Increment(ref _all) > options.MostConnections)
        {
            Interlocked.Decrement(ref _all);
            return false;
        }
        if (_open.AddOrUpdate(source, 1, (_, count) => count + 1) <= options.MostConnectionsOfOne)
            return true;
        Leave(source);
        return false;
    }

    private void Leave(uint source)
    {
        if (_open.AddOrUpdate(source, 0, (_, count) => count - 1) <= 0)
            _open.TryRemove(new(source, 0));
        Interlocked.Decrement(ref _all);
    }

    /// <summary>Null when it is gone already.</summary>
    private static uint? SourceOf(Socket client)
    {
        try
        {
            return client.RemoteEndPoint is IPEndPoint from ? (uint)IpAddr.From(from.Address).Value : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
