using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;
using WireAddress = Orch.Contracts.Agent.TaskAddress;
using WireAttachment = Orch.Contracts.Agent.NetworkAttachment;
using WireSubnet = Orch.Contracts.Agent.NetworkSubnet;

namespace Orch.Manager.Sessions;

/// <summary>Networks, services and tasks on them as the agent protocol has them; pure.</summary>
internal static class NetworkMapping
{
    private const string StackLabel = "com.docker.stack.namespace";

    public static NetworkAssignment ToAssignment(this Network network, string bridge)
    {
        var message = new NetworkAssignment
        {
            Id = network.Id.ToString(),
            Name = network.Spec.Name,
            Vni = network.Vni,
            BridgeAddress = bridge,
            Internal = network.Spec.Internal ?? false,
            Ingress = network.Spec.Ingress ?? false,
        };
        foreach (var subnet in network.Subnets)
            message.Subnets.Add(new WireSubnet { Block = subnet.Block, Gateway = subnet.Gateway });
        foreach (var (key, value) in network.Spec.Options ?? [])
            message.Options[key] = value ?? "";
        return message;
    }

    public static ServiceEndpoint ToEndpoint(this Service service, ServiceReach reach)
    {
        var message = new ServiceEndpoint
        {
            Id = service.Id.ToString(),
            Name = service.Spec.Name,
            Stack = service.Spec.Labels?.GetValueOrDefault(StackLabel) ?? "",
            Affinity = TrafficLabels.HasClientAffinity(service.Spec),
            PrefersLocal = TrafficLabels.PrefersLocal(service.Spec),
        };
        foreach (var network in reach.Networks)
            message.Networks.Add(Attachment(service, network));
        foreach (var port in service.Ports)
        {
            message.Ports.Add(new ServicePort
            {
                Name = port.Name ?? "",
                Protocol = port.Protocol is null or "" ? "tcp" : port.Protocol,
                TargetPort = port.TargetPort ?? 0,
                PublishedPort = port.PublishedPort ?? 0,
                Ingress = port.IsIngress,
                HostAddress = TrafficLabels.AddressOf(service.Spec, port.PublishedPort ?? 0)?.ToString() ?? "",
                KeepsClient = TrafficLabels.KeepsClient(service.Spec, port.PublishedPort ?? 0),
            });
        }
        return message;
    }

    /// <summary>On a network that it left it has no virtual address any more: its old names give its tasks there.</summary>
    private static WireAttachment Attachment(Service service, NetworkId network)
    {
        var id = network.ToString();
        var message = new WireAttachment
        {
            NetworkId = id,
            Vip = service.VirtualIps.FirstOrDefault(vip => vip.Network == network)?.Address ?? "",
        };
        var spec = service.TaskSpec.Networks.Contains(network) ? service.TaskSpec : service.PreviousTaskSpec;
        foreach (var attached in spec?.Template.Networks ?? [])
        {
            if (attached.Target == id && attached.Aliases is { } aliases)
                message.Aliases.Add(aliases);
        }
        return message;
    }

    public static TaskEndpoint ToEndpoint(this TaskRecord task, bool serving, string nodeAddress)
    {
        var message = new TaskEndpoint
        {
            Id = task.Id.ToString(),
            ServiceId = task.ServiceId.ToString(),
            NodeId = task.NodeId.ToString(),
            Slot = task.Slot.Number,
            Serving = serving,
            NodeAddress = nodeAddress,
        };
        message.Addresses.Add(task.WireAddresses());
        return message;
    }

    public static IEnumerable<WireAddress> WireAddresses(this TaskRecord task)
    {
        foreach (var (network, address) in task.Addresses)
            yield return new WireAddress { NetworkId = network.ToString(), Address = address };
    }
}
