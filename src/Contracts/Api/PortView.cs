namespace Orch.Contracts.Api;

/// <summary>
/// A published port, as <c>/orch/v1/ports</c> lists them: of a service on every node (ingress), or of one task on its node
/// (host). Node is empty where it is open on every node, or on none yet; Address where it is open on every address of a node.
/// </summary>
public sealed record PortView
{
    public uint Port { get; set; }
    public string Protocol { get; set; } = "tcp";
    public string Mode { get; set; } = "ingress";
    public uint TargetPort { get; set; }
    public string? Name { get; set; }
    public string ServiceID { get; set; } = "";
    public string Service { get; set; } = "";
    public string? TaskID { get; set; }
    public string? Task { get; set; }
    public string? NodeID { get; set; }
    public string? Node { get; set; }

    /// <summary>Of the node; absent where it is every address of it.</summary>
    public string? Address { get; set; }

    /// <summary>Serving tasks behind it.</summary>
    public int Tasks { get; set; }
}
