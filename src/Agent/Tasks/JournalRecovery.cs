namespace Orch.Agent.Tasks;

/// <summary>How much of a journal could be believed.</summary>
public enum JournalCondition
{
    Sound,

    /// <summary>The last append was cut by a crash; nothing relied on it.</summary>
    TornTail,

    /// <summary>
    /// Damaged in the middle. Only the highest epoch is kept: old assignments without their later removals would revive
    /// what was told to end. Labels on containers and the manager's complete set give the rest.
    /// </summary>
    Damaged,
}

/// <summary>A journal's bytes as the state they hold.</summary>
public sealed record JournalRecovery(JournalState State, JournalCondition Condition, string Detail)
{
    public static JournalRecovery Of(byte[] file)
    {
        var state = new JournalState();
        if (file.Length == 0)
            return new(state, JournalCondition.Sound, "");
        if (!file.AsSpan().StartsWith(JournalFrames.Magic))
            return file.Length < JournalFrames.Magic.Length
                ? new(state, JournalCondition.TornTail, "not even its first word was written")
                : new(Salvage(file, 1, state), JournalCondition.Damaged, "it does not begin as a journal");
        var at = JournalFrames.Magic.Length;
        while (at < file.Length)
        {
            if (JournalFrames.Read(file, at) is not { } frame)
                return Broken(file, at, state);
            foreach (var entry in frame.Entries)
                state.Apply(entry);
            at = frame.Next;
        }
        return new(state, JournalCondition.Sound, "");
    }

    private static JournalRecovery Broken(byte[] file, int at, JournalState state)
    {
        if (NextFrame(file, at + 1) is null)
            return new(state, JournalCondition.TornTail, $"the last {file.Length - at} bytes were no whole append");
        return new(Salvage(file, at + 1, state), JournalCondition.Damaged, $"unreadable at byte {at}, with readable data behind");
    }

    private static JournalState Salvage(byte[] file, int at, JournalState before)
    {
        var state = new JournalState();
        state.Apply(new JournalEntry.Booted(before.BootId));
        state.Apply(new JournalEntry.EpochRaised(before.Highest));
        while (NextFrame(file, at) is { } frame)
        {
            foreach (var entry in frame.Entries.Where(e => e is JournalEntry.EpochRaised or JournalEntry.Booted))
                state.Apply(entry);
            at = frame.Next;
        }
        return state;
    }

    private static (IReadOnlyList<JournalEntry> Entries, int Next)? NextFrame(byte[] file, int at)
    {
        for (; at < file.Length; at++)
        {
            if (JournalFrames.Read(file, at) is { } frame)
                return frame;
        }
        return null;
    }
}
