using Npgsql;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Postgres;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>The contract in a real PostgreSQL, and what only such a server can do to a log.</summary>
public sealed class PostgresEventLogTests(PostgresServer server) : EventLogContract, IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _schema = server.NewSchema();
    private readonly List<string> _warnings = [];

    private PostgresLogOptions Options => new()
    {
        ConnectionString = server.ConnectionString,
        Schema = _schema,
        Warn = _warnings.Add,
        CallWithin = Patience,
        LeaderCallWithin = Patience,
    };

    protected override async ValueTask<IEventLog> OpenAsync(int keepTail = 0) => await OpenedAsync(Options with { KeepTail = keepTail });

    protected override ValueTask<IEventLog> ContenderAsync(IEventLog first) => OpenAsync();

    private static async ValueTask<IEventLog> OpenedAsync(PostgresLogOptions options)
    {
        var log = new PostgresEventLog(options);
        await log.OpenAsync(default);
        return log;
    }

    [Fact]
    public async Task Two_managers_that_open_it_at_once_make_its_tables_once()
    {
        var logs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync().AsTask()));
        await AppendAsync(logs[0], await LeadAsync(logs[0]), 0);
        foreach (var log in logs)
        {
            AssertRange(await ReadAllAsync(log), 1, 1);
            await log.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_at_the_deadline_and_the_log_goes_on_after()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0);
        await using var hasty = await OpenedAsync(Options with { CallWithin = TimeSpan.FromSeconds(3), LeaderCallWithin = TimeSpan.FromSeconds(2) });
        await using var blocker = new NpgsqlConnection(server.ConnectionString);
        await blocker.OpenAsync();
        var transaction = await blocker.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand($"LOCK TABLE {_schema}.meta, {_schema}.lease", blocker, transaction))
            await take.ExecuteNonQueryAsync();

        var append = await Assert.ThrowsAsync<LogException>(async () => await hasty.AppendAsync(epoch, 1, [Event(2)]));
        Assert.Contains("PostgreSQL at ", append.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LogException>(async () => await hasty.RenewAsync(epoch));

        await transaction.RollbackAsync();

        // What was given up may yet happen: whoever goes on looks where the log stands.
        var head = 1ul;
        Assert.IsType<RenewResult.Renewed>(await log.RenewAsync(epoch));
        while (await log.AppendAsync(epoch, head, [Event(head + 1)]) is AppendResult.Conflict conflict)
            head = conflict.Head;
        AssertRange(await ReadAllAsync(log), 1, head + 1);
    }

    [Fact]
    public async Task A_record_that_was_changed_or_removed_is_never_handed_out()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 10);
        await server.DoAsync($"UPDATE {_schema}.record SET data = set_byte(data, 9, 255) WHERE revision = 4");
        Assert.Equal(4ul, (await Assert.ThrowsAsync<LogCorruptException>(() => ReadAllAsync(log))).Revision);
        AssertRange(await ReadAllAsync(log, after: 4), 5, 10);
        await server.DoAsync($"DELETE FROM {_schema}.record WHERE revision = 7");
        Assert.Equal(7ul, (await Assert.ThrowsAsync<LogCorruptException>(() => ReadAllAsync(log, after: 4))).Revision);
        await server.DoAsync($"DELETE FROM {_schema}.record WHERE revision = 10");
        Assert.Equal(10ul, (await Assert.ThrowsAsync<LogCorruptException>(async () => await OpenAsync())).Revision);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_refused_and_nothing_is_compacted_for_it()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 10);
        await log.SaveSnapshotAsync(10, Chunks([1], [2]));
        await server.DoAsync($"DELETE FROM {_schema}.snapshot_part WHERE number = 1");
        await Assert.ThrowsAnyAsync<LogException>(async () => await log.CompactAsync(10));
        AssertRange(await ReadAllAsync(log), 1, 10);
    }

    [Fact]
    public async Task A_snapshot_that_is_replaced_while_it_is_read_is_no_damage()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 10);
        await log.SaveSnapshotAsync(5, Chunks([1], [2], [3], [4], [5], [6], [7]));
        await using var chunks = (await log.LoadSnapshotAsync())!.Chunks.GetAsyncEnumerator();
        Assert.True(await chunks.MoveNextAsync());
        await log.SaveSnapshotAsync(10, Chunks([9]));
        var replaced = await Assert.ThrowsAsync<LogException>(async () =>
        {
            while (await chunks.MoveNextAsync())
                Assert.NotEqual(0, chunks.Current.Length);
        });
        Assert.Contains("Load again", replaced.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watcher_whose_connection_is_cut_is_told_so()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0);
        await using var watch = log.WatchAsync(1).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();
        await Until.TrueAsync("its connection is cut", async () =>
        {
            await server.DoAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN {_schema}%'");
            return next.IsCompleted;
        });
        await Assert.ThrowsAsync<LogException>(() => next);
    }

    [Fact]
    public async Task What_makes_an_acknowledgement_less_than_safe_is_told()
    {
        await (await OpenAsync()).DisposeAsync();
        Assert.Empty(_warnings);
        await server.DoAsync("ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf()");
        try
        {
            await Until.TrueAsync("the warning", async () =>
            {
                await (await OpenAsync()).DisposeAsync();
                return _warnings.Count > 0;
            });
            Assert.Contains("synchronous_commit is off", _warnings[^1], StringComparison.Ordinal);

            // On every use of a connection, not only the first.
            await using var calls = new PostgresCalls(Options);
            await calls.SettleAsync("off");
            for (var use = 0; use < 3; use++)
            {
                Assert.Equal("on", await calls.RunAsync(Patience, async connection =>
                {
                    await using var show = new NpgsqlCommand("SHOW synchronous_commit", connection);
                    return (string)(await show.ExecuteScalarAsync())!;
                }, default));
            }
        }
        finally
        {
            await server.DoAsync("ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf()");
        }
    }

    [Theory]
    [InlineData("Host=/nowhere;Username=orch;Database=postgres", "cannot be asked")]
    [InlineData("{0};Database=missing", "refuses: database \"missing\" does not exist")]
    public async Task A_server_that_cannot_be_used_is_named_with_the_reason(string connection, string words)
    {
        var log = new PostgresEventLog(Options with { ConnectionString = connection.Replace("{0}", server.ConnectionString, StringComparison.Ordinal) });
        var refused = await Assert.ThrowsAnyAsync<LogException>(async () => await log.OpenAsync(default));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        await log.DisposeAsync();
    }

    [Fact]
    public async Task Of_two_managers_that_campaign_at_once_exactly_one_wins()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("ORCH_CAMPAIGNS"), out var count) ? count : 100;
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var seen = Epoch.None;
        for (var round = 0; round < rounds; round++)
        {
            var both = await Task.WhenAll(first.CampaignAsync(seen, Ada).AsTask(), second.CampaignAsync(seen, Bob).AsTask());
            seen = Assert.Single(both.OfType<CampaignResult.Won>()).Epoch;
        }
        Assert.Equal((ulong)rounds, seen.Term);
    }
}
