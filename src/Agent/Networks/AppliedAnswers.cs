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

    /// <summary>The manager of that session said the update of this serial; it is done with this version of the book.</summary>
    public void Owe(long session, ulong serial, long version) => _owed.Writer.TryWrite(new(session, serial, version));

    /// <summary>
    /// Settled: null when the rules are as that version wants them. Powerless: this machine cannot have any, so it leads
    /// nobody anywhere. Until told to stop.
    /// </summary>
    public async Task RunAsync(
        Func<long, CancellationToken, Task<string?>> settled, Func<bool> powerless, Action<long, AgentMessage> answer, CancellationToken stopping)
    {
        await foreach (var owed in _owed.Reader.ReadAllAsync(stopping))
        {
            if (await settled(owed.Version, stopping) is null || powerless())
                answer(owed.Session, new() { NetworkApplied = new() { Serial = owed.Serial } });
        }
    }

    private readonly record struct Owed(long Session, ulong Serial, long Version);
}
