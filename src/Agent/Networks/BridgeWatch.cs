using Orch.Agent.Dataplanes;
using Orch.Agent.Netlink;

namespace Orch.Agent.Networks;

/// <summary>Tells when a bridge of ours goes away: the engine, which made it, does not notice.</summary>
internal sealed class BridgeWatch(Action gone)
{
    private static readonly TimeSpan _long = TimeSpan.FromHours(1);
    private readonly DataplaneWake _wake = new();

    /// <summary>Until told to stop. A thread of its own, asleep until the kernel tells of a link.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var noticed = stopping.Register(_wake.Set);
        new Thread(() => Work(ended, stopping)) { IsBackground = true, Name = "bridges" }.Start();
        await ended.Task;
    }

    private void Work(TaskCompletionSource ended, CancellationToken stopping)
    {
        try
        {
            using var links = new NetlinkSocket(NetlinkSocket.RouteProtocol);
            links.Join(Route.LinkGroup);
            while (!stopping.IsCancellationRequested)
            {
                _wake.Wait(_long, links.Handle);
                var ours = false;
                var whole = links.Drain((type, body) => ours |= type == Route.DeleteLink
                    && Link.Read(body).Name.StartsWith(NodeNetwork.BridgePrefix, StringComparison.Ordinal));
                if (ours || !whole)
                    gone();
            }
            ended.SetResult();
        }
        catch (Exception e)
        {
            ended.SetException(e);
        }
    }
}
