using System.Threading.Channels;
using Orch.Agent.Logs;
using Orch.Contracts.Agent;
using Orch.Tests.Support;

namespace Orch.Tests.Agent.Logs;

public sealed class LogReadingTests
{
    private sealed class Call : ILogCall
    {
        public Channel<ManagerLogs> Says { get; } = Channel.CreateUnbounded<ManagerLogs>();
        public Channel<AgentLogs> Heard { get; } = Channel.CreateUnbounded<AgentLogs>();

        public ValueTask SendAsync(AgentLogs message, bool flush, CancellationToken cancellation) =>
            Heard.Writer.WriteAsync(message, cancellation);

        public ValueTask FlushAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask CompleteAsync(CancellationToken cancellation)
        {
            Heard.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public async ValueTask<ManagerLogs?> ReceiveAsync(CancellationToken cancellation) =>
            await Says.Reader.WaitToReadAsync(cancellation) && Says.Reader.TryRead(out var said) ? said : null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static async IAsyncEnumerable<LogPiece> Pieces(params (long At, string Text)[] lines)
    {
        foreach (var (at, text) in lines)
        {
            await Task.Yield();
            yield return new LogPiece(1, at, "", System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    private static readonly Dictionary<string, (long, string)[]> Logs = new()
    {
        ["a"] = [(1, "a1"), (4, "a4")],
        ["b"] = [(2, "b2"), (3, "b3")],
    };

    private static Task<IAsyncEnumerable<LogPiece>> Open(string task, LogAsk ask, CancellationToken cancellation) =>
        Logs.TryGetValue(task, out var lines) ? Task.FromResult(Pieces(lines)) : throw new LogProblem("no such driver");

    [Fact]
    public async Task The_tasks_asked_for_are_sent_merged_with_their_ends()
    {
        var call = new Call();
        foreach (var task in new[] { "a", "b", "c" })
            call.Says.Writer.TryWrite(new() { Task = new LogTask { TaskId = task, Tail = -1, Stdout = true } });
        call.Says.Writer.TryWrite(new() { Complete = true });
        using var reading = new LogReading(call, Open, new ManualClock());

        var running = reading.RunAsync("ticket", default);
        var heard = new List<AgentLogs>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var message in call.Heard.Reader.ReadAllAsync(patience.Token))
            heard.Add(message);
        call.Says.Writer.TryComplete();
        await running.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal("ticket", heard[0].Ticket);
        var batches = heard.Skip(1).Select(message => message.Batch).ToList();
        Assert.Equal(["a1", "b2", "b3", "a4"], batches.SelectMany(b => b.Records).Select(r => r.Text.ToStringUtf8()));
        Assert.Equal([("a", ""), ("b", ""), ("c", "no such driver")],
            batches.SelectMany(b => b.Ends).Select(end => (end.TaskId, end.Problem)).Order());
    }

    [Fact]
    public async Task It_ends_when_the_manager_wants_no_more()
    {
        var call = new Call();
        call.Says.Writer.TryWrite(new() { Task = new LogTask { TaskId = "endless" } });
        using var reading = new LogReading(call, (_, _, cancellation) => Task.FromResult(Endless(cancellation)), new ManualClock());

        var running = reading.RunAsync("ticket", default);
        await call.Heard.Reader.ReadAsync();
        call.Says.Writer.TryComplete();

        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async IAsyncEnumerable<LogPiece> Endless(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        yield break;
    }
}
