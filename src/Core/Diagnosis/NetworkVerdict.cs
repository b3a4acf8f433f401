namespace Orch.Core.Diagnosis;

/// <summary>What a check of a network came to: every ordered pair, and what is wrong in words, with what to do about it.</summary>
public sealed record NetworkVerdict(IReadOnlyList<PairVerdict> Pairs, IReadOnlyList<NetworkProblem> Problems);

/// <summary>Largest: bytes of the longest packet that passes; 0: not known, or none.</summary>
public sealed record PairVerdict(string From, string To, PairState State, int Largest, TimeSpan? RoundTrip);

public enum PairState
{
    /// <summary>Full packets arrive.</summary>
    Passes,

    /// <summary>Small packets arrive, full ones do not.</summary>
    OnlySmall,

    /// <summary>Nothing arrives.</summary>
    Broken,

    /// <summary>Neither side could say.</summary>
    Unknown,
}

/// <summary>To is null when it is about one machine.</summary>
public sealed record NetworkProblem(string From, string? To, string Message)
{
    public override string ToString() => To is null ? $"{From}: {Message}" : $"{From} -> {To}: {Message}";
}
