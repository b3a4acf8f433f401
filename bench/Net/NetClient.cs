using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orch.Testing;

namespace Orch.Bench.Net;

/// <summary>
/// What one round says of one path: Gbit/s of one stream, microseconds of a one-byte round trip, short connections a second,
/// and the processor time of both ends and the way between them for a round trip and a connection, in microseconds, which says
/// the same however busy the machine is with other work.
/// </summary>
internal readonly record struct NetSample(double Throughput, double Median, double P99, double TripCost, double Connections, double ConnectionCost);

/// <summary>The near end, on threads in the client's network. A path that does not answer throws.</summary>
internal static class NetClient
{
    private const int Askers = 4, ChunkSize = 256 * 1024, MostTrips = 50_000;
    private static readonly TimeSpan StreamTime = TimeSpan.FromSeconds(0.5), TripTime = TimeSpan.FromSeconds(0.3), AskTime = TimeSpan.FromSeconds(0.5);

    public static NetSample Measure(NetPath path)
    {
        var target = new IPEndPoint(IPAddress.Parse(path.Target), path.Port);
        var sample = default(NetSample);
        NetworkSocket.Run(path.Client.Network, () =>
        {
            var (median, p99, cost) = Trips(target);
            sample = new(Stream(target), median, p99, cost, 0, 0);
        });
        var (rate, each) = Connections(path.Client.Network, target);
        return sample with { Connections = rate, ConnectionCost = each };
    }

    public static bool Answers(NetPath path)
    {
        try
        {
            NetworkSocket.Run(path.Client.Network, () => Ask(new(IPAddress.Parse(path.Target), path.Port), most: 1));
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>From the first byte sent until the server has said that it has them all.</summary>
    private static double Stream(IPEndPoint target)
    {
        using var socket = Connect(target, NetServer.Stream);
        var chunk = new byte[ChunkSize];
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < StreamTime)
            socket.Send(chunk);
        socket.Shutdown(SocketShutdown.Send);
        if (socket.Receive(chunk, sizeof(long), SocketFlags.None) != sizeof(long))
            throw new IOException($"{target} does not say how much has come");
        var took = Stopwatch.GetElapsedTime(start);
        return BinaryPrimitives.ReadInt64LittleEndian(chunk) * 8 / took.TotalSeconds / 1e9;
    }

    private static (double Median, double P99, double Cost) Trips(IPEndPoint target)
    {
        using var socket = Connect(target, NetServer.Echo);
        socket.NoDelay = true;
        var (letter, times, count) = (new byte[1], new long[MostTrips], 0);
        var before = Environment.CpuUsage.TotalTime;
        var end = Stopwatch.GetTimestamp() + (long)(TripTime.TotalSeconds * Stopwatch.Frequency);
        for (long now = Stopwatch.GetTimestamp(), then; now < end && count < MostTrips; now = then)
        {
            socket.Send(letter);
            if (socket.Receive(letter) != 1)
                throw new IOException($"{target} closed the connection");
            then = Stopwatch.GetTimestamp();
            times[count++] = then - now;
        }
        var cost = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / count;
        Array.Sort(times, 0, count);
        return (Microseconds(times[count / 2]), Microseconds(times[count * 99 / 100]), cost);
    }

    /// <summary>Connect, one byte there and back, the server closes, the client closes; by several askers, so that both processors are busy.</summary>
    private static (double Rate, double Cost) Connections(HostProcess network, IPEndPoint target)
    {
        var (done, failed) = (0L, (Exception?)null);
        var (start, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var askers = Enumerable.Range(0, Askers).Select(_ => new Thread(() =>
        {
            try
            {
                NetworkSocket.Run(network, () => Interlocked.Add(ref done, Ask(target)));
            }
            catch (Exception e) when (e is SocketException or IOException or LabException)
            {
                failed = e;
            }
        })).ToList();
        askers.ForEach(asker => asker.Start());
        askers.ForEach(asker => asker.Join());
        if (failed is not null)
            throw new IOException($"{target}: {failed.Message}", failed);
        return (done / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / done);
    }

    private static long Ask(IPEndPoint target, long most = long.MaxValue)
    {
        var (letter, count, start) = (new byte[1], 0L, Stopwatch.GetTimestamp());
        for (; count < most && Stopwatch.GetElapsedTime(start) < AskTime; count++)
        {
            using var socket = Connect(target, NetServer.Once);
            if (socket.Receive(letter) != 1 || socket.Receive(letter) != 0)
                throw new IOException($"{target} does not answer one connection as it should");
        }
        return count;
    }

    private static Socket Connect(IPEndPoint target, byte kind)
    {
        var patience = (int)NetServer.Patience.TotalMilliseconds;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = patience, ReceiveTimeout = patience };
        try
        {
            socket.Connect(target);
            socket.Send([kind]);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
