using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>
/// One thread answers all that comes over UDP, in batches; what is not ours it hands to others, and never waits for
/// anything but the next datagram.
/// </summary>
internal sealed class UdpService(
    DnsHandler handler, Forwarder forwarder, DnsOptions options, OwnedTasks jobs, Action<Exception> failed) : IDisposable
{
    private const int BatchesInARow = 4;
    private const int MostForwardedAnswer = 4096;

    private readonly ConcurrentDictionary<int, Listener> _listeners = new();
    private readonly SocketPoll _poll = new();
    private readonly DatagramBatch _batch = new(options.MostUdp);
    private readonly DnsScratch _scratch = new(new Random());

    public void Add(Listener listener)
    {
        _listeners[listener.Number] = listener;
        _poll.Add(listener.Socket.SafeHandle, listener.Number);
    }

    public void Remove(Listener listener)
    {
        _listeners.TryRemove(listener.Number, out _);
        _poll.Remove(listener.Socket.SafeHandle);
    }

    /// <summary>Ends when stopped, or with what made its thread end.</summary>
    public Task RunAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => RunTo(done)) { Name = "orch-dns", IsBackground = true }.Start();
        return done.Task;
    }

    public void Stop() => _poll.Stop();

    public void Dispose() => _poll.Dispose();

    private void RunTo(TaskCompletionSource done)
    {
        try
        {
            var ready = new List<int>(64);
            while (_poll.Wait(ready))
            {
                foreach (var number in ready)
                {
                    if (_listeners.TryGetValue(number, out var listener))
                        Serve(listener);
                }
            }
            done.SetResult();
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }

    private void Serve(Listener listener)
    {
        try
        {
            var socket = listener.Socket.SafeHandle;
            for (var round = 0; round < BatchesInARow; round++)
            {
                var count = _batch.Receive(socket);
                for (var i = 0; i < count; i++)
                    Answer(listener, i);
                _batch.Send(socket);
                if (count < DatagramBatch.Size)
                    return;
            }
        }
        catch (ObjectDisposedException)
        {
            // Its network went away meanwhile.
        }
    }

    private void Answer(Listener listener, int number)
    {
        var packet = _batch.Received(number);
        try
        {
            var reply = handler.Handle(listener.Zone, _batch.Source(number), packet, _batch.ReplyBuffer, tcp: false, _scratch);
            if (reply.Verdict == Verdict.Answer)
                _batch.Reply(number, reply.Length);
            else if (reply.Verdict == Verdict.Forward && forwarder.TryBegin(reply.Asker!))
                Forward(listener, number, reply.Asker!);
            else if (reply.Verdict == Verdict.Forward)
                _batch.Reply(number, Forwarder.Failure(packet, _batch.ReplyBuffer));
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            // One message must not silence the server for all.
            failed(e);
        }
    }

    private void Forward(Listener listener, int number, Asker asker)
    {
        var query = _batch.Received(number).ToArray();
        var client = new IPEndPoint(IpAddr.V4(_batch.Source(number)).ToIPAddress(), _batch.SourcePort(number));
        jobs.Run(async () =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(MostForwardedAnswer);
            try
            {
                var length = await forwarder.AskAsync(query, buffer, tcp: false, listener.Closed);
                length = Fit(query, buffer, length);
                await listener.Socket.SendToAsync(buffer.AsMemory(0, length), client, listener.Closed);
            }
            catch (SocketException)
            {
                // The client is gone, as with any datagram.
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
                forwarder.End(asker);
            }
        });
    }

    /// <summary>More than the client said it takes is only announced: it asks again over TCP.</summary>
    private static int Fit(ReadOnlySpan<byte> packet, Span<byte> answer, int length)
    {
        Span<byte> name = stackalloc byte[DnsWire.MostName];
        DnsQuery.Read(packet, name, out var query);
        if (length < MostForwardedAnswer && length <= query.PayloadSize)
            return length;
        var writer = new AnswerWriter(query, answer, DnsWire.LeastUdp);
        return writer.Finish(Rcode.NoError, authoritative: false, truncated: true);
    }
}
