using System.Threading.Channels;
using Orch.Contracts.Agent;

namespace Orch.Agent.Networks;

/// <summary>
/// Tells managers how far names and rules have come. The last word says all: what comes while rules are made is answered
/// together. Rules that could not be made are not answered; the manager does not wait for ever.
/// </summary>
internal sealed class AppliedAnswers
{
    private readonly Channel<Owed> _owed = Channel.CreateBounded<Owed>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>The manager of that session said this revision; it is done with this version of the book.</summary>
    public void Owe(long session, ulong revision, long version) => _owed.Writer.TryWrite(new(session, revision, version));

    /// <summary>Settled: null when the rules are as that version wants them. Until told to stop.</summary>
    public async Task RunAsync(
        Func<long, CancellationToken, Task<string?>> settled, Action<long, AgentMessage> answer, CancellationToken stopping)
    {
        await foreach (var owed in _owed.Reader.ReadAllAsync(stopping))
        {
            if (await settled(owed.Version, stopping) is null)
                answer(owed.Session, new() { Applied = new() { Revision = owed.Revision } });
        }
    }

    private readonly record struct Owed(long Session, ulong Revision, long Version);
}
