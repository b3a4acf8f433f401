namespace Orch.Stacks.Interpolation;

/// <summary>
/// What filling in variables may still cost in one load, in characters written or read from files of variables. A large
/// value costs each time it is used, so a small file that uses it often ends with an error and not with all memory.
/// </summary>
internal sealed class ExpansionBudget
{
    public const long MaxCharacters = 16 << 20;
    private long _left = MaxCharacters;

    /// <summary>That was said once; what comes after is left as it is.</summary>
    public bool IsSpent => _left < 0;

    /// <summary>Throws <see cref="FormatException"/> with words for the user when there is not as much left.</summary>
    public void Spend(long characters)
    {
        _left -= characters;
        if (IsSpent)
            throw new FormatException($"variables and what they are filled in to come to more than {MaxCharacters >> 20} Mi characters: "
                + "use long values less often, or keep them in configs and secrets");
    }
}
