using System.Globalization;

namespace Orch.Core.Diagnosis;

/// <summary>
/// From what machines heard of each other to what is broken, in which direction, and why that may be. A packet arrived when
/// the one it was sent to says so, or when it was answered; so a machine that hangs is no broken way to it.
/// </summary>
public static class NetworkDiagnosis
{
    /// <summary>What VXLAN adds to a packet over IPv4, in bytes.</summary>
    private const int Overhead = 50;

    public static NetworkVerdict Of(IReadOnlyList<CheckedMachine> machines)
    {
        var problems = new List<NetworkProblem>();
        foreach (var machine in machines)
            problems.AddRange(OfMachine(machine));
        var pairs = new List<PairVerdict>();
        foreach (var from in machines)
        {
            foreach (var to in machines)
            {
                if (ReferenceEquals(from, to))
                    continue;
                var pair = Judge(from, to);
                pairs.Add(pair);
                if (Explain(pair, from, to) is { } message)
                    problems.Add(new(from.Name, to.Name, message));
            }
        }
        return new(pairs, problems);
    }

    private static IEnumerable<NetworkProblem> OfMachine(CheckedMachine machine)
    {
        if (machine.Missing is { } missing)
            yield return new(machine.Name, null, missing);
        else if (machine.Problem is { } problem)
            yield return new(machine.Name, null, problem);
        else if (machine.NamesProblem is { } names)
        {
            yield return new(machine.Name, null, $"its name server does not answer at {machine.BridgeAddress}, port 53: {names}. "
                + "Its tasks resolve no names on this network; `orch doctor` on that machine tells what holds the port");
        }
    }

    private static PairVerdict Judge(CheckedMachine from, CheckedMachine to)
    {
        var sent = from.Others.GetValueOrDefault(to.Id);
        var noted = to.Others.GetValueOrDefault(from.Id);
        var largest = sent?.Largest ?? 0;
        PairState state;

        // What was answered went both ways, whoever asked.
        if (sent is { AnsweredFull: true } || noted is { HeardFull: true } or { AnsweredFull: true })
            (state, largest) = (PairState.Passes, Math.Max(largest, from.Mtu));
        else if (sent is { Answered: true } || noted is { Heard: true } or { Answered: true })
            state = Sends(from) && sent is not null ? PairState.OnlySmall : PairState.Passes;
        else
            state = sent is null || !Sends(from) || noted is null || !to.HasReport ? PairState.Unknown : PairState.Broken;
        return new(from.Name, to.Name, state, largest, sent?.RoundTrip);
    }

    /// <summary>A machine that cannot send on the network is a problem of its own, not of the way.</summary>
    private static bool Sends(CheckedMachine machine) => machine.HasReport && machine.Mtu > 0;

    private static string? Explain(PairVerdict pair, CheckedMachine from, CheckedMachine to) => pair.State switch
    {
        PairState.Broken when from.Others[to.Id].MachineAnswered || to.Others[from.Id].MachineAnswered =>
            $"no packet of the overlay arrives: is UDP port 4789 blocked between {from.Address} and {to.Address}?",
        PairState.Broken => $"nothing arrives, and {to.Address} does not answer {from.Address} at all: is the machine cut off, "
            + "its address wrong, or ICMP and UDP port 4789 blocked between the two?",
        PairState.OnlySmall => TooLong(pair, from, to),
        _ => null,
    };

    private static string TooLong(PairVerdict pair, CheckedMachine from, CheckedMachine to)
    {
        // The longest that was answered went both ways: shorter than full, it bounds the way there and back.
        var passes = pair.Largest > 0 && pair.Largest < from.Mtu ? pair.Largest : 0;
        var text = Text($"packets of {from.Mtu} bytes do not pass");
        if (passes > 576)
            text += Text($", those of {passes} do");
        text += Text($": the underlay's MTU between {from.Address} and {to.Address} is smaller than {from.Mtu + Overhead} bytes");
        if (from.UnderlayMtu > 0)
            text += Text($" (the interface of {from.Name} takes {from.UnderlayMtu}, that of {to.Name} {Known(to.UnderlayMtu)})");
        return text + ". Raise it, or create the network with --opt com.docker.network.driver.mtu="
            + (passes > 0 ? passes : from.Mtu - Overhead).ToString(CultureInfo.InvariantCulture);
    }

    private static string Known(int bytes) => bytes > 0 ? bytes.ToString(CultureInfo.InvariantCulture) : "an unknown length";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
