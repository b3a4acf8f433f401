namespace Orch.Core.Diagnosis;

/// <summary>
/// What is known of one machine of a network after its check. Missing says why it could not be asked at all, or did not
/// answer: what it sees is not known then, but whether it answers the others is.
/// </summary>
public sealed record CheckedMachine
{
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where its packets go, and its bridge's address on the network.</summary>
    public required string Address { get; init; }
    public required string BridgeAddress { get; init; }
    public string? Missing { get; init; }

    /// <summary>Why it could send nothing on this network.</summary>
    public string? Problem { get; init; }

    /// <summary>Why its name server does not answer at its bridge address.</summary>
    public string? NamesProblem { get; init; }

    /// <summary>The longest packet in bytes on the network, and on the machine's own interface; 0: not known.</summary>
    public int Mtu { get; init; }
    public int UnderlayMtu { get; init; }

    /// <summary>By the id of the other machine; without those it was not asked about.</summary>
    public IReadOnlyDictionary<string, Reach> Others { get; init; } = new Dictionary<string, Reach>();

    /// <summary>It reported what it heard.</summary>
    public bool HasReport => Missing is null && Problem is null;
}

/// <summary>What one machine noted of another: packets of it that arrived, and answers to its own.</summary>
public sealed record Reach
{
    public bool Heard { get; init; }
    public bool HeardFull { get; init; }
    public bool Answered { get; init; }
    public bool AnsweredFull { get; init; }

    /// <summary>Bytes of the longest packet that was answered; 0: none.</summary>
    public int Largest { get; init; }
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The machine answered at its own address, past the overlay.</summary>
    public bool MachineAnswered { get; init; }
}
