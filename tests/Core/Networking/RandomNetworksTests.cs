using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Tests.Core.Planning;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Networking;

/// <summary>
/// Users, machines and tasks do anything at all to small networks, which run dry again and again: no address ever has two
/// holders, none is lost, and whoever waits for one gets it.
/// </summary>
public sealed class RandomNetworksTests
{
    private static readonly string[] Subnets = ["10.1.0.0/29", "10.2.0.0/28", "10.3.0.0/27", "10.4.0.0/25"];
    private readonly Rig _rig = new(nodes: 3);
    private readonly HashSet<NodeId> _down = [];
    private Random _random = new(0);
    private int _names;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void No_address_has_two_holders_and_none_is_lost(int seed)
    {
        _random = new(seed);
        for (var step = 0; step < 250; step++)
        {
            Change();
            Assert.Null(AddressInvariants.Broken(_rig.State));
            Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
        }
        End();
    }

    private void End()
    {
        foreach (var service in _rig.State.Services.Keys.ToList())
            _rig.Ok(new RemoveService(service.ToString()));
        foreach (var network in _rig.State.Networks.Keys.ToList())
            _rig.Ok(new RemoveNetwork(network.ToString()));
        foreach (var node in _down.ToList())
            _rig.Set(node, NodeState.Ready);
        _rig.Pass(TimeSpan.FromMinutes(2));
        Assert.Null(AddressInvariants.Broken(_rig.State));
        Assert.Equal((0, 0), (_rig.State.TaskNetworks.Count, _rig.State.NetworkTasks.Count));
        Assert.Equal((0, 0, 0, 0, 0), (_rig.State.AddressBooks.Count, _rig.State.NodeNetworks.Count, _rig.State.NetworkNodes.Count,
            _rig.State.NetworkUsers.Count, _rig.State.LeavingNetworks.Count));
    }

    private void Change()
    {
        switch (_random.Next(16))
        {
            case < 3: Network(); break;
            case < 6: _rig.Do(new CreateService(Spec($"s{++_names}"))); break;
            case < 9: Update(); break;
            case 9: _rig.Do(new RemoveService(Any(_rig.State.Services.Keys).ToString())); break;
            case 10: _rig.Do(new RemoveNetwork(Any(_rig.State.Networks.Keys).ToString())); break;
            case 11: Node(); break;
            case 12 when _random.Next(4) == 0: _rig.TakeOver(); Confirm(); break;
            case 13: _rig.Pass(TimeSpan.FromSeconds(_random.Next(20)), Fails); break;
            default: _rig.Settle(); break;
        }
    }

    private TaskState Fails(TaskRecord task) => _random.Next(5) == 0 ? TaskState.Failed : TaskState.Running;

    private void Network()
    {
        var subnet = Subnets[_random.Next(Subnets.Length)];
        _rig.Do(new CreateNetwork(new()
        {
            Name = $"n{++_names}",
            Driver = "overlay",
            Ingress = _random.Next(4) == 0 ? true : null,
            IPAM = _random.Next(6) == 0 ? null : new() { Config = [new() { Subnet = subnet }] },
        }));
    }

    private ServiceSpec Spec(string name)
    {
        var networks = _rig.State.Networks.Values.Where(network => network.Spec.Ingress != true)
            .Where(_ => _random.Next(2) == 0).Select(network => new NetworkAttachment { Target = network.Spec.Name }).ToList();
        var spec = _random.Next(4) == 0 ? Specs.Everywhere(name) : Specs.Web((ulong)_random.Next(6), name);
        var dnsrr = _random.Next(4) == 0;
        List<PortConfig> ports = _random.Next(2) == 0 ? [] : [new() { TargetPort = 80, PublishMode = dnsrr ? "host" : null }];
        return spec.Updating(order: _random.Next(2) == 0 ? "start-first" : null, monitor: TimeSpan.FromSeconds(1),
            onFailure: _random.Next(2) == 0 ? "rollback" : null) with
        {
            TaskTemplate = spec.TaskTemplate! with { Networks = networks },
            EndpointSpec = new() { Mode = dnsrr ? "dnsrr" : null, Ports = ports },
        };
    }

    private void Update()
    {
        if (_rig.State.Services.Get(Any(_rig.State.Services.Keys)) is not { } service)
            return;
        var next = Spec(service.Spec.Name) with { Mode = service.Spec.Mode };
        if (!service.IsGlobal)
            next = next.Scaled((ulong)_random.Next(6));
        if (_random.Next(3) == 0)
            next = next with { TaskTemplate = service.Spec.TaskTemplate! with { ForceUpdate = (ulong)_random.Next(100) } };
        _rig.Do(new UpdateService(service.Id.ToString(), service.Version, next, Rollback: _random.Next(6) == 0));
    }

    private void Node()
    {
        var node = Any(_rig.State.Nodes.Keys);
        switch (_random.Next(4))
        {
            case 0 when _rig.State.Nodes.Count < 5:
                _rig.Join();
                break;
            case 1 when _rig.State.Nodes.Count > 1 && _down.Contains(node):
                _rig.Ok(new RemoveNode(node.ToString(), true));
                _down.Remove(node);
                break;
            default:
                _rig.Set(node, _down.Add(node) ? NodeState.Down : NodeState.Ready);
                if (_rig.State.Nodes.Get(node)!.State == NodeState.Ready)
                    _down.Remove(node);
                break;
        }
    }

    /// <summary>After a take-over the nodes report again, those that are not down.</summary>
    private void Confirm()
    {
        foreach (var node in _rig.State.Nodes.Keys.Where(node => !_down.Contains(node)).ToList())
            _rig.Set(node, NodeState.Ready);
    }

    private T Any<T>(IEnumerable<T> all) where T : struct
    {
        var list = all.ToList();
        return list.Count == 0 ? default : list[_random.Next(list.Count)];
    }
}
