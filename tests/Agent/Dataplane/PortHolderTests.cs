using System.Net;
using System.Net.Sockets;
using Orch.Agent.Dataplanes;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dataplane;

public sealed class PortHolderTests
{
    [Fact]
    public void Who_has_a_port_is_looked_for_once_and_the_port_is_tried_each_time()
    {
        var looks = 0;
        using var ports = new PortHolder(_ => $"nginx {++looks}");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var number = ((IPEndPoint)other.LocalEndpoint).Port;
        PortClaim[] claims = [new(new(PortProtocol.Tcp, (ushort)number), IpAddr.Parse("127.0.0.1"), 80)];
        for (var turn = 0; turn < 3; turn++)
        {
            ports.Release("web", claims);
            ports.Take("web", claims);
            Assert.Equal($"port 127.0.0.1:{number}/tcp is in use on this machine by nginx 1", ports.Problems()["web"]);
        }
        other.Stop();
        ports.Take("web", claims);
        Assert.True(ports.Holds("web", claims[0]));
        Assert.Empty(ports.Troubled);
    }

    [Fact]
    public void A_port_that_is_no_longer_wanted_is_no_problem_any_more()
    {
        using var ports = new PortHolder(_ => null);
        PortClaim[] claims = [new(new(PortProtocol.Sctp, 80), null, 80)];
        ports.Take("first", claims);
        ports.Take("second", claims);
        Assert.Equal(["second"], ports.Troubled);
        ports.Release("second", []);
        Assert.Empty(ports.Troubled);
    }
}
