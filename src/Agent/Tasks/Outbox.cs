namespace Orch.Agent.Tasks;

/// <summary>What a step has decided so far, and the clock it decides by.</summary>
internal sealed class Outbox
{
    private readonly List<AgentOutput> _outputs = [];
    private long _lastCall;

    public AgentTime Now { get; set; }

    public long NextCall() => ++_lastCall;

    public void Add(AgentOutput output) => _outputs.Add(output);

    public void Persist(JournalEntry entry) => Add(new AgentOutput.Persist(entry));

    public void Call(EngineCall call) => Add(new AgentOutput.Call(call));

    public void Note(string text) => Add(new AgentOutput.Note(false, text));

    public void Warn(string text) => Add(new AgentOutput.Note(true, text));

    public IReadOnlyList<AgentOutput> Take()
    {
        if (_outputs.Count == 0)
            return [];
        AgentOutput[] taken = [.. _outputs];
        _outputs.Clear();
        return taken;
    }
}
