using Orch.Manager.Store;
using Orch.Manager.Store.Memory;

namespace Orch.Tests.Manager.Store;

public sealed class MemoryEventLogTests : EventLogContract
{
    private MemoryLogServer? _server;

    [Fact]
    public async Task Every_call_completes_before_it_returns()
    {
        var log = await OpenAsync();
        var campaign = log.CampaignAsync(default, Ada).AsTask();
        Assert.True(campaign.IsCompletedSuccessfully);
        var epoch = ((CampaignResult.Won)await campaign).Epoch;
        await using var watch = log.WatchAsync(0).GetAsyncEnumerator();
        var next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);
        Assert.True(log.AppendAsync(epoch, 0, [Event(1)]).AsTask().IsCompletedSuccessfully);
        Assert.True(next.IsCompletedSuccessfully);
        Assert.True(log.RenewAsync(epoch).AsTask().IsCompletedSuccessfully);
        Assert.True(log.ResignAsync(epoch).AsTask().IsCompletedSuccessfully);
    }

    protected override async ValueTask<IEventLog> OpenAsync(int keepTail = 0)
    {
        _server ??= new MemoryLogServer(keepTail);
        return await OpenedAsync(_server);
    }

    protected override ValueTask<IEventLog> ContenderAsync(IEventLog first) => OpenedAsync(_server!);

    private static async ValueTask<IEventLog> OpenedAsync(MemoryLogServer server)
    {
        var log = server.Connect();
        await log.OpenAsync();
        return log;
    }
}
