using Orch.Contracts.Logs;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Logs;

public sealed class LogMergeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ManualClock _clock = new();
    private readonly LogMerge<string> _merge;

    public LogMergeTests() => _merge = new(_clock, text => long.Parse(text.Split(' ')[0]), text => text.Length);

    public void Dispose() => _merge.Dispose();

    private LogSource<string> Source(int bytes = 1000) => _merge.Open(bytes, Patience, Patience);

    private static async Task FillAsync(LogSource<string> source, params string[] records)
    {
        foreach (var record in records)
            await source.PushAsync(record, default);
        source.End();
    }

    private async Task<List<string>> AllAsync()
    {
        var all = new List<string>();
        while (await _merge.WaitAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(30)))
        {
            while (_merge.TryTake(out var record))
                all.Add(record);
        }
        return all;
    }

    [Fact]
    public async Task Records_of_all_sources_come_in_the_order_of_time()
    {
        await FillAsync(Source(), "1 a", "4 a", "5 a");
        await FillAsync(Source(), "2 b", "3 b", "6 b");
        _merge.Complete();

        Assert.Equal(["1 a", "2 b", "3 b", "4 a", "5 a", "6 b"], await AllAsync());
    }

    [Fact]
    public async Task Random_sources_are_merged_as_one_sort_would()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            using var merge = new LogMerge<string>(_clock, text => long.Parse(text.Split(' ')[0]), _ => 0);
            var all = new List<int>();
            for (var source = 0; source < random.Next(1, 6); source++)
            {
                var times = Enumerable.Range(0, random.Next(0, 20)).Select(_ => random.Next(100)).Order().ToList();
                all.AddRange(times);
                await FillAsync(merge.Open(1, Patience, Patience), [.. times.Select(time => $"{time} x")]);
            }
            var taken = new List<int>();
            while (merge.TryTake(out var record))
                taken.Add(int.Parse(record.Split(' ')[0]));
            Assert.Equal(all.Order(), taken);
        }
    }

    [Fact]
    public async Task A_silent_source_is_waited_for_and_then_no_longer()
    {
        var talks = Source();
        Source();
        await talks.PushAsync("5 a", default);
        var waiting = _merge.WaitAsync(default).AsTask();
        Assert.False(_merge.TryTake(out _));

        _clock.Advance(Patience + TimeSpan.FromMilliseconds(1));

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(_merge.TryTake(out var record));
        Assert.Equal("5 a", record);
    }

    [Fact]
    public async Task Who_was_silent_long_holds_up_nobody_until_it_talks_again()
    {
        var (talks, silent) = (Source(), Source());
        _clock.Advance(Patience * 2);

        await talks.PushAsync("5 a", default);
        Assert.True(_merge.TryTake(out _));
        await silent.PushAsync("3 b", default);
        await talks.PushAsync("6 a", default);
        Assert.True(_merge.TryTake(out var late));
        Assert.Equal("3 b", late);
        Assert.False(_merge.TryTake(out _));
    }

    [Fact]
    public async Task Who_pushes_into_a_full_source_waits_for_the_reader()
    {
        var source = Source(bytes: 5);
        await source.PushAsync("1 a", default);
        var second = source.PushAsync("2 a", default).AsTask();
        Assert.False(second.IsCompleted);

        Assert.True(_merge.TryTake(out _));
        Assert.True(_merge.TryTake(out _));

        await second.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task It_ends_with_the_last_record_of_the_last_source()
    {
        var source = Source();
        await source.PushAsync("1 a", default);
        source.End();
        _merge.Complete();

        Assert.True(await _merge.WaitAsync(default));
        Assert.True(_merge.TryTake(out _));
        Assert.False(await _merge.WaitAsync(default));
    }
}
