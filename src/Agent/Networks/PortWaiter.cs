using System.Net.Sockets;
using Orch.Agent.Engine;
using Orch.Agent.Tasks;

namespace Orch.Agent.Networks;

/// <summary>Waits until a container's ports accept connections. Nothing announces that, so it tries, ever more slowly.</summary>
internal sealed class PortWaiter(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <summary>Null when they do; else what to tell people after the probe's patience.</summary>
    public async Task<EngineError?> WaitAsync(PortProbe probe, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(probe.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        var waits = probe.Ports.Select(port => AcceptsAsync(probe, port, either.Token)).ToList();
        try
        {
            if (probe.All)
                await Task.WhenAll(waits);
            else
                await await Task.WhenAny(waits);
            return null;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            var closed = probe.Ports.Where((_, i) => !waits[i].IsCompletedSuccessfully);
            return new(EngineFault.Refused,
                $"started; port {string.Join(", ", closed)}/tcp accepts no connections after {probe.Patience.TotalSeconds:0} s");
        }
        finally
        {
            await limit.CancelAsync();
            await Task.WhenAll(waits).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task AcceptsAsync(PortProbe probe, ushort port, CancellationToken until)
    {
        for (var pause = First; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(probe.Address.ToIPAddress(), port, until);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(pause, clock, until);
            }
        }
    }
}
