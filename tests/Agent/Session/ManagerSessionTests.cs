using System.Threading.Channels;
using Orch.Agent;
using Orch.Agent.Session;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Tests.Agent.Fakes;

namespace Orch.Tests.Agent.Session;

public sealed class ManagerSessionTests : IAsyncDisposable
{
    private readonly ScriptedTransport _transport = new();
    private readonly Channel<AgentInput> _inputs = Channel.CreateUnbounded<AgentInput>();
    private readonly CancellationTokenSource _stop = new();
    private readonly ManagerDirectory _managers = new(["a:1", "b:1"]);
    private readonly ManagerSession _session;
    private Task _running = Task.CompletedTask;

    public ManagerSessionTests() => _session = new(
        _transport, _managers, _inputs.Writer, new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), new Random(1)),
        new AgentLog(TextWriter.Null, TimeProvider.System, journal: false), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
    }

    private async Task<ScriptedStream> StartAsync()
    {
        _running = _session.RunAsync(_stop.Token);
        return await _transport.NextAsync();
    }

    private async Task<T> NextAsync<T>() where T : AgentInput
    {
        while (true)
        {
            if (await _inputs.Reader.ReadAsync() is T wanted)
                return wanted;
        }
    }

    [Fact]
    public async Task A_manager_that_is_dead_is_passed_over()
    {
        _transport.Dead.Add("a:1");

        Assert.Equal("b:1", (await StartAsync()).Manager);
    }

    [Fact]
    public async Task What_the_manager_says_reaches_the_core_with_the_session_s_number()
    {
        var stream = await StartAsync();
        var opened = await NextAsync<AgentInput.SessionOpened>();

        stream.Say(new() { Assignments = new() { Revision = 9 } });

        var said = await NextAsync<AgentInput.FromManager>();
        Assert.Equal((opened.Session, 9UL), (said.Session, said.Message.Assignments.Revision));
    }

    [Fact]
    public async Task Hello_is_the_first_message_and_heartbeats_follow()
    {
        var stream = await StartAsync();
        var opened = await NextAsync<AgentInput.SessionOpened>();
        stream.Say(new() { Welcome = new() { HeartbeatMs = 50 } });

        _session.Send(opened.Session, new() { Hello = new() });

        Assert.NotNull((await stream.HearAsync()).Hello);
        Assert.Equal(1UL, (await stream.HearAsync()).Heartbeat.Sequence);
        Assert.Equal(2UL, (await stream.HearAsync()).Heartbeat.Sequence);
    }

    [Fact]
    public async Task A_broken_stream_is_reported_and_another_manager_dialled()
    {
        var first = await StartAsync();
        var opened = await NextAsync<AgentInput.SessionOpened>();

        first.Break();

        Assert.Equal(opened.Session, (await NextAsync<AgentInput.SessionClosed>()).Session);
        Assert.Equal("b:1", (await _transport.NextAsync()).Manager);
        Assert.Equal(opened.Session + 1, (await NextAsync<AgentInput.SessionOpened>()).Session);
    }

    [Fact]
    public async Task Who_is_no_leader_names_the_one_to_dial()
    {
        var first = await StartAsync();

        first.Say(new()
        {
            Farewell = new() { Reason = Farewell.Types.Reason.NotLeader, Managers = { "leader:1" } },
        });
        await NextAsync<AgentInput.FromManager>();
        first.Break();

        Assert.Equal("leader:1", (await _transport.NextAsync()).Manager);
    }

    [Fact]
    public async Task What_is_meant_for_an_older_session_is_not_sent()
    {
        var stream = await StartAsync();
        var opened = await NextAsync<AgentInput.SessionOpened>();

        _session.Send(opened.Session - 1, new() { Applied = new() { Revision = 1 } });
        _session.Send(opened.Session, new() { Applied = new() { Revision = 2 } });

        Assert.Equal(2UL, (await stream.HearAsync()).Applied.Revision);
    }

    [Fact]
    public async Task A_session_the_core_gives_up_is_ended()
    {
        await StartAsync();
        var opened = await NextAsync<AgentInput.SessionOpened>();

        _session.Drop(opened.Session, "stale epoch");

        Assert.Equal(opened.Session, (await NextAsync<AgentInput.SessionClosed>()).Session);
    }
}
