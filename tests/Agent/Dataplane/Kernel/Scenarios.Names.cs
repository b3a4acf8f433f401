using System.Net;
using System.Net.Sockets;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>A service may publish port 53; containers' name servers stay where they are.</summary>
internal static partial class Scenarios
{
    private static async Task PortOfNames(Machine machine)
    {
        var (_, _, client) = await WebAsync(machine);
        Serve("10.50.0.2");
        using (var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            other.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.53"), 53));
            await machine.ApplyAsync(WithNames([11]));
            Same("True", machine.Plane.PortProblem("web")?.StartsWith("port 53/udp is in use on this machine by ", StringComparison.Ordinal).ToString());
        }
        await machine.ApplyAsync(WithNames([11, 12]));
        Same(null, machine.Plane.PortProblem("web"));
        Spread(() => machine.Outside.Ask(ProtocolType.Udp, Machine.Address, 53), "one 10.99.0.254", "two 10.99.0.254");
        Spread(() => Space.AskHere(ProtocolType.Udp, "127.0.0.1", 53), "one 10.50.0.2", "two 10.50.0.2");
        Same("names 10.50.0.21", client.Ask(ProtocolType.Udp, "10.50.0.2", 53));
        Same("names 10.50.0.2", Space.AskHere(ProtocolType.Udp, "10.50.0.2", 53));

        // Without anybody who serves it, and a name server that begins when the port is held gets its socket.
        await machine.ApplyAsync(WithNames([]));
        Same("ConnectionRefused", machine.Outside.Ask(ProtocolType.Udp, Machine.Address, 53));
        Same("names 10.50.0.21", client.Ask(ProtocolType.Udp, "10.50.0.2", 53));
        Machine.MakeBridge("or-4098", "10.51.0.2");
        Serve("10.51.0.2");
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Same("AddressAlreadyInUse", Error(() => free.Bind(new IPEndPoint(IPAddress.Parse(Machine.Address), 53))));
    }

    private static NetworkUpdate WithNames(int[] serving)
    {
        var update = Machine.Web(serving, [11, 12]);
        update.Services[0].Ports.Add(new ServicePort { Protocol = "udp", TargetPort = 80, PublishedPort = 53, Ingress = true });
        return update;
    }

    /// <summary>A name server of this machine, as far as the kernel can tell.</summary>
    private static void Serve(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 53));
        new Thread(() =>
        {
            var buffer = new byte[100];
            while (true)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                socket.ReceiveFrom(buffer, ref from);
                socket.SendTo(System.Text.Encoding.UTF8.GetBytes($"names {((IPEndPoint)from).Address}"), from);
            }
        })
        { IsBackground = true }.Start();
    }
}
