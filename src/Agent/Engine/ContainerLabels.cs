namespace Orch.Agent.Engine;

/// <summary>
/// Labels on every container of ours. Docker's names are what people's tools read; ours are what an agent finds its
/// containers by after a crash, so they are never changed.
/// </summary>
public static class ContainerLabels
{
    public const string Cluster = "orch.cluster";
    public const string Task = "orch.task";
    public const string Service = "orch.service";
    public const string SpecVersion = "orch.spec-version";

    /// <summary>On the engine's networks: the cluster's id of it.</summary>
    public const string Network = "orch.network";

    public const string DockerNodeId = "com.docker.swarm.node.id";
    public const string DockerServiceId = "com.docker.swarm.service.id";
    public const string DockerServiceName = "com.docker.swarm.service.name";
    public const string DockerTask = "com.docker.swarm.task";
    public const string DockerTaskId = "com.docker.swarm.task.id";
    public const string DockerTaskName = "com.docker.swarm.task.name";
}
