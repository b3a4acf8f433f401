using Orch.Core.Model;
using Orch.Core.Networking;

namespace Orch.Core.Scheduling;

/// <summary>The seldom read part of a node: what it is, and what few tasks ask for.</summary>
internal sealed class NodeRow(NodeId id)
{
    private readonly List<PortKey> _hostPorts = [];
    private GenericPool? _generic;

    public NodeId Id { get; } = id;

    /// <summary>Null while only tasks on it are known.</summary>
    public Node? Node { get; set; }
    public IpAddr? Address { get; set; }
    public List<NodeAttribute> Attributes { get; set; } = [];

    /// <summary>Tasks that hold room here.</summary>
    public int Held { get; private set; }

    public bool HasPort(PortKey port) => _hostPorts.Contains(port);
    public bool Has(GenericNeed need) => _generic?.Has(need) == true;
    public long FreeGeneric(string kind) => _generic?.Free(kind) ?? 0;

    public void AdvertiseGeneric(NodeDescription about)
    {
        if (_generic is not null || about.GenericCounts is { Count: > 0 } || about.GenericNames is { Count: > 0 })
            (_generic ??= new()).Advertise(about);
    }

    public void Reserve(Requirement need, int sign)
    {
        Held += sign;
        foreach (var port in need.HostPorts)
        {
            // Two tasks may hold one port when state says so; each gives back its own.
            if (sign > 0)
                _hostPorts.Add(port);
            else
                _hostPorts.Remove(port);
        }
        foreach (var generic in need.Generic)
            (_generic ??= new()).Change(generic, sign);
    }
}
