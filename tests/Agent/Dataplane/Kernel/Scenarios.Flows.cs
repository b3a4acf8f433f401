using System.Net.Sockets;
using Orch.Agent.Netlink;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dataplane.Kernel;

internal static partial class Scenarios
{
    /// <summary>
    /// The kernel forgets connections soon after their end (else it takes minutes), and only those: whoever takes one of their
    /// ports again must not be mistaken for them.
    /// </summary>
    private static async Task EndedFlows(Machine machine)
    {
        var (_, _, client) = await WebAsync(machine);
        await machine.ApplyAsync(Machine.Web([11], [11, 12]));
        using var socket = new NetlinkSocket(NetlinkSocket.NetfilterProtocol);
        var flows = new FlowTable(socket);
        using var kept = client.Run(() => new Asker(ProtocolType.Tcp));
        using var own = new Asker(ProtocolType.Tcp);
        Same("one 10.50.0.21", kept.Ask(Machine.Vip, 80));
        Same("one 10.50.0.2", own.Ask(Machine.Vip, 80));
        for (var i = 0; i < 5; i++)
        {
            Same("one 10.50.0.21", client.Ask(ProtocolType.Tcp, Machine.Vip, 80));
            Same("one 10.99.0.254", machine.Outside.Ask(ProtocolType.Tcp, Machine.Address, Machine.Port));
            Same("one 10.50.0.2", Space.AskHere(ProtocolType.Tcp, Machine.Vip, 80));
        }
        var passed = await Machine.UntilAsync(() => Answered(flows) == 2, "ended connections are forgotten");
        Console.WriteLine($"forgotten after {passed.TotalSeconds:N1} s");
        Same("one 10.50.0.21", kept.Ask(Machine.Vip, 80));
        Same("one 10.50.0.2", own.Ask(Machine.Vip, 80));
    }

    /// <summary>Connections that the kernel remembers the backend 10.50.0.11 to answer.</summary>
    private static int Answered(FlowTable flows)
    {
        var count = 0;
        flows.Forget(flow =>
        {
            count += flow is { Protocol: 6, Translated: true } && flow.Answering == IpAddr.Parse("10.50.0.11") ? 1 : 0;
            return false;
        });
        return count;
    }
}
