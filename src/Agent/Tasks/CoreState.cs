using Orch.Contracts.Agent;
using Orch.Core.Model;
using Epoch = Orch.Core.Model.Epoch;
using NodeDescription = Orch.Contracts.Agent.NodeDescription;

namespace Orch.Agent.Tasks;

/// <summary>Who this agent is. Boot id: the kernel's, new at every start of the machine.</summary>
public sealed record AgentIdentity(ClusterId Cluster, NodeId Node, string BootId, string Version)
{
    /// <summary>Where the name server settings of tasks are written, one file each.</summary>
    public string ResolvFolder { get; init; } = "/var/lib/orch/agent/resolv";

    public string ResolvFileOf(TaskId task) => Path.Combine(ResolvFolder, task.ToString());
}

/// <summary>What the parts of <see cref="AgentCore"/> share beside the tasks.</summary>
internal sealed class CoreState(AgentIdentity identity)
{
    public AgentIdentity Identity { get; } = identity;

    /// <summary>The event stream is open and the containers were listed since.</summary>
    public bool EngineUp { get; set; }

    /// <summary>The containers were listed at least once, so "none" means none.</summary>
    public bool EverListed { get; set; }

    /// <summary>It serves old connections but takes no new ones: it is shutting down.</summary>
    public bool EngineLeaving { get; set; }
    public bool EngineUsable => EngineUp && !EngineLeaving;

    public NodeDescription Description { get; set; } = new();
    public string EngineProblem { get; set; } = "";

    /// <summary>0: no session.</summary>
    public long Session { get; set; }

    /// <summary>The manager of this session has shown a valid epoch.</summary>
    public bool ManagerListens { get; set; }
    public Epoch Highest { get; set; }
    public ulong Revision { get; set; }
    public bool Departing { get; set; }

    public void Send(Outbox outbox, AgentMessage message)
    {
        if (Session != 0)
            outbox.Add(new AgentOutput.Send(Session, message));
    }
}
