using Orch.Agent.Networks;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dataplane;

/// <summary>Small books: a network "app" (VNI 4097), a service "web" with an address and a port, tasks here and there.</summary>
internal static class Books
{
    public static NetworkBook Web(params TaskEndpoint[] tasks) => NetworkBook.Empty.Apply(Update(tasks)).Book;

    public static NetworkUpdate Update(params TaskEndpoint[] tasks)
    {
        var update = new NetworkUpdate { Complete = true };
        update.Networks.Add(new NetworkAssignment
        {
            Id = "net1",
            Name = "app",
            Vni = 4097,
            BridgeAddress = "10.50.0.2",
            Subnets = { new NetworkSubnet { Block = "10.50.0.0/24" } },
        });
        update.Services.Add(Service("web", "10.50.0.200", new ServicePort { Protocol = "tcp", TargetPort = 80, PublishedPort = 8080, Ingress = true }));
        update.Tasks.AddRange(tasks);
        return update;
    }

    public static ServiceEndpoint Service(string id, string vip, params ServicePort[] ports)
    {
        var service = new ServiceEndpoint { Id = id, Name = id };
        service.Networks.Add(new NetworkAttachment { NetworkId = "net1", Vip = vip });
        service.Ports.AddRange(ports);
        return service;
    }

    public static TaskEndpoint Here(string id, string address, bool serving = true) => Task(id, "here", "", address, serving);

    public static TaskEndpoint There(string id, string address, string node = "10.99.0.2") => Task(id, "there", node, address, serving: true);

    private static TaskEndpoint Task(string id, string node, string nodeAddress, string address, bool serving) => new()
    {
        Id = id,
        ServiceId = "web",
        NodeId = node,
        NodeAddress = nodeAddress,
        Serving = serving,
        Addresses = { new TaskAddress { NetworkId = "net1", Address = address } },
    };
}
