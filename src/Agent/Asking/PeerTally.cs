using Orch.Contracts.Agent;

namespace Orch.Agent.Asking;

/// <summary>What was heard of one machine on one network so far, and what is still worth sending to it. Pure.</summary>
internal sealed class PeerTally(string nodeId, int full)
{
    /// <summary>Rounds with the small packet answered and the full one not, until the sizes between are tried.</summary>
    private const int PatienceForFull = 3;

    /// <summary>Rounds in which those are tried: there are many of them.</summary>
    private const int RoundsBetween = 3;
    private int _waitedForFull;

    public bool Heard { get; private set; }
    public bool HeardFull { get; private set; }
    public bool Answered { get; private set; }
    public bool AnsweredFull { get; private set; }
    public int Largest { get; private set; }
    public TimeSpan? RoundTrip { get; private set; }
    public bool MachineAnswered { get; set; }

    /// <summary>Nothing about it is open any more.</summary>
    public bool IsComplete => Heard && HeardFull && Answered && AnsweredFull && MachineAnswered;

    /// <summary>Theirs may be made for another size: the longest that is sent counts as full on each side.</summary>
    public void Take(EchoSeen seen, TimeSpan? roundTrip)
    {
        if (!seen.IsReply)
        {
            Heard = true;
            HeardFull |= seen.Size > EchoPacket.Shortest && seen.Size >= full;
            return;
        }
        Answered = true;
        AnsweredFull |= seen.Size >= full;
        Largest = Math.Max(Largest, seen.Size);
        if (roundTrip is { } time && (RoundTrip is not { } best || time < best))
            RoundTrip = time;
    }

    /// <summary>The sizes of the packets to send in this round.</summary>
    public IEnumerable<int> Sizes()
    {
        if (!Answered || !Heard)
            yield return EchoPacket.Shortest;
        if (!AnsweredFull || !HeardFull)
            yield return full;
        if (!Answered || AnsweredFull || _waitedForFull++ is < PatienceForFull or >= PatienceForFull + RoundsBetween)
            yield break;
        foreach (var size in Between())
            yield return size;
    }

    public PeerReach Report() => new()
    {
        NodeId = nodeId,
        Heard = Heard,
        HeardFull = HeardFull,
        Answered = Answered,
        AnsweredFull = AnsweredFull,
        Largest = (uint)(AnsweredFull ? full : Largest),
        RoundTripMicros = (uint)Math.Max(RoundTrip is { } time ? 1 : 0, RoundTrip?.TotalMicroseconds ?? 0),
        MachineAnswered = MachineAnswered,
    };

    /// <summary>Close together below the full size, where tunnels and tags take their bytes, and wider apart below.</summary>
    private IEnumerable<int> Between()
    {
        for (var size = full - 2; size >= full - 120 && size > EchoPacket.Shortest; size -= 2)
            yield return size;
        for (var size = full - 150; size > 576; size -= 50)
            yield return size;
        yield return Math.Min(576, full);
    }
}
