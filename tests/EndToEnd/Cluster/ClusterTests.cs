namespace Orch.Tests.EndToEnd.Cluster;

/// <summary>Tests that share a cluster; each leaves it without services.</summary>
public abstract class ClusterTests<TCluster>(TCluster cluster) : IClassFixture<TCluster>, IAsyncLifetime
    where TCluster : OrchCluster
{
    protected TCluster Cluster { get; } = cluster;

    protected OrchMachine Manager => Cluster.Manager;

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => LabRequirements.Missing is null ? Cluster.EmptyAsync() : Task.CompletedTask;
}
