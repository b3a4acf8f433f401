using System.Threading.Channels;
using Orch.Agent.Session;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Fakes;

/// <summary>Managers as a test wants them: each opened stream is handed to the test.</summary>
internal sealed class ScriptedTransport : ISessionTransport
{
    private readonly Channel<ScriptedStream> _opened = Channel.CreateUnbounded<ScriptedStream>();

    public HashSet<string> Dead { get; } = [];

    public Task<ISessionStream> OpenAsync(string manager, CancellationToken stopping)
    {
        if (Dead.Contains(manager))
            throw new SessionFailure("connection refused");
        var stream = new ScriptedStream(manager);
        _opened.Writer.TryWrite(stream);
        return Task.FromResult<ISessionStream>(stream);
    }

    public async Task<ScriptedStream> NextAsync() => await _opened.Reader.ReadAsync();
}

internal sealed class ScriptedStream(string manager) : ISessionStream
{
    private readonly Channel<ManagerMessage> _says = Channel.CreateUnbounded<ManagerMessage>();
    private readonly Channel<AgentMessage> _heard = Channel.CreateUnbounded<AgentMessage>();

    public string Manager => manager;

    public void Say(ManagerMessage message) => _says.Writer.TryWrite(message);

    public void Break() => _says.Writer.TryComplete(new SessionFailure("broken"));

    public async Task<AgentMessage> HearAsync() => await _heard.Reader.ReadAsync();

    public ValueTask SendAsync(AgentMessage message, CancellationToken stopping) => _heard.Writer.WriteAsync(message, stopping);

    public async ValueTask<ManagerMessage?> ReceiveAsync(CancellationToken stopping)
    {
        try
        {
            return await _says.Reader.ReadAsync(stopping);
        }
        catch (ChannelClosedException e)
        {
            throw e.InnerException ?? e;
        }
    }

    public ValueTask DisposeAsync()
    {
        _heard.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
