using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;
using Orch.Tests.Core.Planning;

namespace Orch.Tests.Core.Commands;

public sealed class PortTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData("", "", true)]
    [InlineData("ingress", "tcp", true)]
    [InlineData("host", "tcp", false)]
    public void An_ingress_port_is_held_however_its_mode_and_protocol_are_written(string? mode, string? protocol, bool held)
    {
        var state = new ClusterState();
        var port = new PortConfig { TargetPort = 80, PublishedPort = 8080, PublishMode = mode, Protocol = protocol };

        Fold.Apply(state, new ServiceCreated(new(1), Specs.Web(), [port], default), 1, new Changes());

        Assert.Equal(held, state.IngressPorts.Contains(new PortKey(PortProtocol.Tcp, 8080)));
    }
}
