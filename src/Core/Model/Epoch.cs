namespace Orch.Core.Model;

/// <summary>
/// Names one leadership. Term rises at every take-over; incarnation rises when history itself may have changed
/// (restore, migration, forced recovery), so it outranks any term. Both travel with every append and every agent
/// command: whoever has seen a higher epoch refuses a lower one.
/// </summary>
public readonly record struct Epoch(ulong Incarnation, ulong Term) : IComparable<Epoch>
{
    /// <summary>Before the first leader; lower than every epoch that was ever held.</summary>
    public static Epoch None => default;

    /// <summary>The epoch of the next ordinary leader.</summary>
    public Epoch NextTerm() => new(Math.Max(Incarnation, 1), Term + 1);

    /// <summary>The epoch after history was replaced. Term goes on rising, so logs read in one order.</summary>
    public Epoch NextIncarnation() => new(Incarnation + 1, Term + 1);

    public int CompareTo(Epoch other) =>
        Incarnation != other.Incarnation ? Incarnation.CompareTo(other.Incarnation) : Term.CompareTo(other.Term);

    public static bool operator <(Epoch left, Epoch right) => left.CompareTo(right) < 0;

    public static bool operator >(Epoch left, Epoch right) => left.CompareTo(right) > 0;

    public static bool operator <=(Epoch left, Epoch right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Epoch left, Epoch right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Incarnation}.{Term}";
}
