using System.Buffers.Binary;
using System.Security.Cryptography;
using Orch.Contracts.Agent;
using Orch.Contracts.Api;
using Orch.Core.Diagnosis;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Sessions;

namespace Orch.Manager.Networks;

/// <summary>
/// Lets all machines of a network send packets to each other at the same time, and tells from what they noted what is broken.
/// Bounded in time whatever hangs: what a silent machine would have said is judged by what the others heard of it.
/// </summary>
internal static class NetworkCheck
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskWithin = TimeSpan.FromSeconds(5);

    public static async Task<NetworkCheckView> OfAsync(
        ClusterState state, Network network, AskNode ask, CancellationToken cancellation)
    {
        var members = NetworkMember.Of(state, network.Id).Where(member => member.Needed).ToList();
        var run = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
        var machines = await Task.WhenAll(members.Select(async member =>
        {
            if (member.Away is { } away)
                return Missing(member, away);
            var (answer, problem) = await ask(member.Node.Id, Question(network, run, members, member), AskWithin, cancellation);
            return answer?.Reach?.Networks is [var reach]
                ? Read(member, reach) : Missing(member, $"its agent cannot tell what it sees: {problem ?? "it answered something else"}");
        }));
        return View(network, members, machines, NetworkDiagnosis.Of(machines));
    }

    private static Ask Question(Network network, ulong run, List<NetworkMember> members, NetworkMember asked)
    {
        var peers = members.Where(member => member != asked).Select(member => new ReachPeer
        {
            NodeId = member.Node.Id.ToString(),
            NodeAddress = member.Node.DataAddress,
            BridgeAddress = member.Bridge,
        });
        return new()
        {
            Reach = new()
            {
                Run = run,
                WindowMs = (uint)Window.TotalMilliseconds,
                Networks = { new ReachNetwork { NetworkId = network.Id.ToString(), Peers = { peers } } },
            },
        };
    }

    private static CheckedMachine Missing(NetworkMember member, string why) => new()
    {
        Id = member.Node.Id.ToString(),
        Name = member.Name,
        Address = member.Node.DataAddress,
        BridgeAddress = member.Bridge,
        Missing = why,
    };

    private static CheckedMachine Read(NetworkMember member, NetworkReach reach)
    {
        var others = new Dictionary<string, Reach>();
        foreach (var peer in reach.Peers)
        {
            others[peer.NodeId] = new()
            {
                Heard = peer.Heard,
                HeardFull = peer.HeardFull,
                Answered = peer.Answered,
                AnsweredFull = peer.AnsweredFull,
                Largest = (int)peer.Largest,
                RoundTrip = peer.RoundTripMicros > 0 ? TimeSpan.FromMicroseconds(peer.RoundTripMicros) : null,
                MachineAnswered = peer.MachineAnswered,
            };
        }
        return Missing(member, "") with
        {
            Missing = null,
            Problem = reach.Problem.Length > 0 ? $"the network does not stand there: {reach.Problem}" : null,
            NamesProblem = reach.NamesProblem.Length > 0 ? reach.NamesProblem : null,
            Mtu = (int)reach.Mtu,
            UnderlayMtu = (int)reach.UnderlayMtu,
            Others = others,
        };
    }

    private static NetworkCheckView View(
        Network network, List<NetworkMember> members, IReadOnlyList<CheckedMachine> machines, NetworkVerdict verdict) => new()
        {
            ID = network.Id.ToString(),
            Name = network.Spec.Name,
            VNI = network.Vni,
            Machines = [.. members.Zip(machines, (member, machine) => new CheckedMachineView(
                machine.Id, machine.Name, machine.Address, member.Bridge, (uint)machine.Mtu,
                machine.HasReport && machine.NamesProblem is null, machine.Missing ?? machine.Problem ?? machine.NamesProblem))],
            Pairs = [.. verdict.Pairs.Select(pair => new CheckedPairView(
                pair.From, pair.To, Word(pair.State), pair.Largest, (long)(pair.RoundTrip?.TotalMicroseconds ?? 0)))],
            Problems = [.. verdict.Problems.Select(problem => new NetworkProblemView(problem.From, problem.To, problem.Message))],
        };

    private static string Word(PairState state) => state switch
    {
        PairState.Passes => "passes",
        PairState.OnlySmall => "only-small",
        PairState.Broken => "broken",
        _ => "unknown",
    };
}
