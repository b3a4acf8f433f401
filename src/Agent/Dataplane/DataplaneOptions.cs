using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>What the data plane must know of its machine.</summary>
internal sealed record DataplaneOptions
{
    /// <summary>VXLAN's assigned port.</summary>
    public const ushort VxlanPort = 4789;

    /// <summary>Tasks with this node are local: their client addresses are kept, their interfaces are here.</summary>
    public required string NodeId { get; init; }

    /// <summary>Where other nodes send this one's packets; null when the machine has none: packets leave from any address.</summary>
    public IpAddr? NodeAddress { get; init; }

    /// <summary>Called when a link of ours went, or may have: bridges are made by the engine, which does not notice.</summary>
    public Action LinkGone { get; init; } = () => { };

    /// <summary>How often everything is looked at although nothing told of a change.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How soon what went wrong is tried again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
