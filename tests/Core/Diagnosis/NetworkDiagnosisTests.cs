using Orch.Core.Diagnosis;

namespace Orch.Tests.Core.Diagnosis;

/// <summary>Three machines, each of which noted something of each other; what is said of it.</summary>
public sealed class NetworkDiagnosisTests
{
    private static readonly Reach _all = new()
    {
        Heard = true,
        HeardFull = true,
        Answered = true,
        AnsweredFull = true,
        Largest = 1450,
        RoundTrip = TimeSpan.FromMicroseconds(80),
        MachineAnswered = true,
    };

    private static readonly Reach _nothing = new() { MachineAnswered = true };

    private readonly Dictionary<(int From, int Of), Reach> _noted = [];
    private readonly Dictionary<int, Func<CheckedMachine, CheckedMachine>> _changed = [];

    /// <summary>What the first noted of the second.</summary>
    private NetworkDiagnosisTests Noted(int from, int of, Reach reach)
    {
        _noted[(from, of)] = reach;
        return this;
    }

    private NetworkVerdict Verdict()
    {
        var machines = new List<CheckedMachine>();
        for (var own = 1; own <= 3; own++)
        {
            var others = Enumerable.Range(1, 3).Where(other => other != own)
                .ToDictionary(other => $"id{other}", other => _noted.GetValueOrDefault((own, other), _all));
            var machine = new CheckedMachine
            {
                Id = $"id{own}",
                Name = $"n{own}",
                Address = $"10.0.0.{own}",
                BridgeAddress = $"10.128.0.{own}",
                Mtu = 1450,
                UnderlayMtu = 1500,
                Others = others,
            };
            machines.Add(_changed.TryGetValue(own, out var change) ? change(machine) : machine);
        }
        return NetworkDiagnosis.Of(machines);
    }

    [Fact]
    public void Where_everything_was_heard_nothing_is_wrong()
    {
        var verdict = Verdict();

        Assert.Empty(verdict.Problems);
        Assert.Equal(6, verdict.Pairs.Count);
        Assert.All(verdict.Pairs, pair => Assert.Equal((PairState.Passes, 1450), (pair.State, pair.Largest)));
    }

    [Fact]
    public void One_direction_that_is_blocked_is_named_alone()
    {
        // What n2 sends does not arrive at n3, so n2 gets no answer, and n3 none to what it sent: the answer is lost on that way, too.
        var verdict = Noted(2, 3, new() { Heard = true, HeardFull = true, MachineAnswered = true }).Noted(3, 2, _nothing).Verdict();

        Assert.Equal("n2 -> n3: no packet of the overlay arrives: is UDP port 4789 blocked between 10.0.0.2 and 10.0.0.3?",
            Assert.Single(verdict.Problems).ToString());
        Assert.Equal([("n2", "n3")], verdict.Pairs.Where(pair => pair.State == PairState.Broken).Select(pair => (pair.From, pair.To)));
    }

    [Fact]
    public void Both_directions_are_named_where_both_are_blocked() =>
        Assert.Equal(["n1 -> n3", "n3 -> n1"], Noted(1, 3, _nothing).Noted(3, 1, _nothing).Verdict().Problems
            .Select(problem => problem.ToString().Split(':')[0]));

    [Fact]
    public void A_machine_that_is_cut_off_is_told_from_a_blocked_port()
    {
        var verdict = Noted(1, 2, new()).Noted(2, 1, new()).Verdict();

        Assert.All(verdict.Problems, problem => Assert.Contains("does not answer", problem.Message, StringComparison.Ordinal));
        Assert.Contains("n1 -> n2: nothing arrives, and 10.0.0.2 does not answer 10.0.0.1 at all", verdict.Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Full_packets_that_do_not_pass_are_told_with_the_length_that_does()
    {
        var small = _all with { AnsweredFull = false, Largest = 1372 };
        var verdict = Noted(2, 3, small).Noted(3, 2, small with { HeardFull = false, Heard = true }).Verdict();

        Assert.Equal("n2 -> n3: packets of 1450 bytes do not pass, those of 1372 do: the underlay's MTU between 10.0.0.2 and 10.0.0.3 is "
            + "smaller than 1500 bytes (the interface of n2 takes 1500, that of n3 1500). Raise it, or create the network with "
            + "--opt com.docker.network.driver.mtu=1372", Assert.Single(verdict.Problems).ToString());
        Assert.Equal((PairState.OnlySmall, 1372), verdict.Pairs.Where(pair => (pair.From, pair.To) == ("n2", "n3"))
            .Select(pair => (pair.State, pair.Largest)).Single());
    }

    [Fact]
    public void A_machine_that_hangs_is_a_problem_of_its_own_and_no_broken_way_while_its_kernel_answers()
    {
        _changed[3] = machine => machine with { Missing = "did not answer", Mtu = 0, Others = new Dictionary<string, Reach>() };
        var silent = _all with { Heard = false, HeardFull = false };
        var verdict = Noted(1, 3, silent).Noted(2, 3, silent).Verdict();

        Assert.Equal("n3: did not answer", Assert.Single(verdict.Problems).ToString());
        Assert.Equal(PairState.Passes, State(verdict, "n1", "n3"));
        Assert.Equal(PairState.Passes, State(verdict, "n3", "n1"));
    }

    [Fact]
    public void Of_a_machine_that_is_silent_altogether_nothing_is_said_but_that()
    {
        _changed[3] = machine => machine with { Missing = "is down", Mtu = 0, Others = new Dictionary<string, Reach>() };
        var verdict = Noted(1, 3, new()).Noted(2, 3, new()).Verdict();

        Assert.Equal("n3: is down", Assert.Single(verdict.Problems).ToString());
        Assert.Equal(PairState.Unknown, State(verdict, "n2", "n3"));
        Assert.Equal(PairState.Unknown, State(verdict, "n3", "n2"));
    }

    [Fact]
    public void A_machine_whose_network_does_not_stand_is_named_instead_of_its_pairs()
    {
        _changed[2] = machine => machine with { Problem = "its bridge or-7 is missing", Mtu = 0 };
        var verdict = Noted(2, 1, new()).Noted(2, 3, new()).Noted(1, 2, _nothing).Noted(3, 2, _nothing).Verdict();

        Assert.Equal("n2: its bridge or-7 is missing", Assert.Single(verdict.Problems).ToString());
    }

    [Fact]
    public void A_name_server_that_is_silent_is_named_with_what_tells_more()
    {
        _changed[1] = machine => machine with { NamesProblem = "Connection refused" };

        var problem = Assert.Single(Verdict().Problems);

        Assert.Equal(("n1", null), (problem.From, problem.To));
        Assert.Contains("10.128.0.1, port 53: Connection refused", problem.Message, StringComparison.Ordinal);
        Assert.Contains("orch doctor", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_answers_no_echo_is_no_broken_way() =>
        Assert.Empty(Noted(1, 2, _all with { Answered = false, AnsweredFull = false, MachineAnswered = false }).Verdict().Problems);

    [Fact]
    public void No_machine_and_one_machine_have_no_pairs()
    {
        Assert.Empty(NetworkDiagnosis.Of([]).Pairs);
        Assert.Empty(NetworkDiagnosis.Of([new() { Id = "a", Name = "a", Address = "10.0.0.1", BridgeAddress = "10.1.0.1" }]).Problems);
    }

    private static PairState State(NetworkVerdict verdict, string from, string to) =>
        verdict.Pairs.Single(pair => (pair.From, pair.To) == (from, to)).State;
}
