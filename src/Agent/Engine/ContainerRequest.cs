using System.Collections.Immutable;
using Orch.Agent.Networks;
using Orch.Agent.Tasks;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Agent.Engine;

/// <summary>Everything that decides what a task's container looks like.</summary>
public sealed record ContainerRequest
{
    public required ClusterId Cluster { get; init; }
    public required NodeId Node { get; init; }
    public required TaskId Task { get; init; }

    /// <summary>web.1.&lt;task id&gt;; the container's name too, so a task can never have two.</summary>
    public required string TaskName { get; init; }
    public required string ServiceId { get; init; }
    public required string ServiceName { get; init; }
    public required ulong SpecVersion { get; init; }
    public required TaskTemplate Template { get; init; }

    /// <summary>Generic resources given to the task: a name, or a number of those that have none.</summary>
    public IReadOnlyList<(string Kind, string Value)> Resources { get; init; } = [];

    /// <summary>The folder with the task's secrets and configs, as files named by their place in <see cref="TaskFiles"/>.</summary>
    public string FilesFolder { get; init; } = "";

    /// <summary>On networks of the cluster; the first carries the default route. None: the engine's own networks.</summary>
    public ImmutableArray<NetworkAddress> Addresses { get; init; } = [];

    /// <summary>The file that becomes its /etc/resolv.conf when it has addresses.</summary>
    public string ResolvFile { get; init; } = "";

    /// <summary>Host-mode ports; Published 0 is left to the engine.</summary>
    public IReadOnlyList<EnginePort> HostPorts { get; init; } = [];
}
