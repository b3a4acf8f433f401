using System.Collections.Immutable;
using Orch.Agent.Networks;

namespace Orch.Agent.Dns;

/// <summary>
/// A service as long as it or a task of it is known. What readers see of it is replaced, never changed; the rest belongs
/// to whoever applies changes.
/// </summary>
internal sealed class ServiceCell(string id)
{
    private volatile string _name = "";
    private volatile string _stack = "";

    public string Id => id;
    public string Name { get => _name; set => _name = value; }

    /// <summary>Empty: none. Also that of its tasks, when they ask.</summary>
    public string Stack { get => _stack; set => _stack = value; }

    /// <summary>What its names were made from; for the writer, as the rest.</summary>
    public ServiceEntry? Entry { get; set; }

    /// <summary>One for each network on which it has a name.</summary>
    public List<ServiceView> Views { get; } = [];
}

/// <summary>A service on one network.</summary>
internal sealed class ServiceView(ServiceCell service, Zone zone)
{
    private volatile ServiceData _data = ServiceData.None;

    public ServiceCell Service => service;
    public Zone Zone => zone;
    public ServiceData Data { get => _data; set => _data = value; }

    /// <summary>Its names in the zone, and what says whose its virtual address is; for the writer.</summary>
    public HashSet<byte[]> Keys { get; set; } = new(NameComparer.Instance);
    public AddressOwner? VipOwner { get; set; }
}

/// <summary>What the names of a service on a network give. Vip 0: the addresses of its serving tasks.</summary>
internal sealed record ServiceData(
    string Name, uint Vip, uint[] Serving, TaskOnZone[] Tasks, ImmutableArray<ServiceEntryPort> Ports)
{
    public static readonly ServiceData None = new("", 0, [], [], []);
}

internal readonly record struct TaskOnZone(TaskEntry Task, uint Address)
{
    /// <summary>The middle of its name: its slot, or its machine for a global service.</summary>
    public string Place => Task.Slot == 0
        ? Task.NodeId : Task.Slot.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
