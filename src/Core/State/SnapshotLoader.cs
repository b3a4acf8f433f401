using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Builds a state from the items of a snapshot; only fields and indexes, no rules.</summary>
public sealed class SnapshotLoader
{
    private readonly Changes _changes = new();

    public ClusterState State { get; } = new();

    internal void Head(ulong revision) => State.Revision = revision;

    internal void Add(Cluster cluster) => State.Cluster = cluster;

    internal void Add(Node node) => State.Nodes = State.Nodes.With(State.Token, node.Id, node);

    internal void Add(Service service)
    {
        State.Services = State.Services.With(State.Token, service.Id, service);
        State.ServicesByName = State.ServicesByName.With(State.Token, service.Spec.Name, service.Id);
        ServiceFold.HoldPorts(State, service);
        FileUsers.Update(State, null, service);
        NetworkUsers.Update(State, null, service);
        AddressFold.Move(State, null, service, _changes);
    }

    internal void Add(Network network) => NetworkFold.Put(State, network, _changes);

    internal void AddLeaving(Network network) => NetworkFold.PutLeaving(State, network);

    internal void Add(StoredNodeNetwork stored) => AddressFold.HoldBridge(State, stored.Node, stored.Network, stored.Address);

    internal void Add(RegistryCredential registry) =>
        State.Registries = State.Registries.With(State.Token, registry.Host, registry);

    internal void Add(StoredRegistryAuth auth) =>
        State.RegistryAuths = State.RegistryAuths.With(State.Token, auth.Service, auth.Auth);

    internal void Add(ApiToken token) => State.ApiTokens = State.ApiTokens.With(State.Token, token.Name, token);

    /// <summary>Revisions of a service come oldest first, after the service.</summary>
    internal void Add(StoredRevision stored)
    {
        var service = State.Services.Get(stored.Service)
            ?? throw new FoldException($"the snapshot has a revision of service {stored.Service}, which is not in it");
        var with = service with { History = service.History.Add(stored.Revision) };
        State.Services = State.Services.With(State.Token, service.Id, with);
        FileUsers.Update(State, service, with);
    }

    internal void Add(RetainedSpec retained) =>
        State.RetainedSpecs = State.RetainedSpecs.With(
            State.Token, new(retained.Spec.ServiceId, retained.Spec.Version), retained);

    internal void Add(ClusterFile file) => FileFold.Put(State, file);

    internal void Add(StoredTask stored)
    {
        var spec = State.SpecOf(stored.Service, stored.SpecVersion) ?? throw new FoldException(
            $"the snapshot's task {stored.Id} runs version {stored.SpecVersion} of service {stored.Service}, which is not in it");
        var task = stored.ToRecord(spec);
        TaskFold.Index(State, task);
        if (task.HoldsResources)
            AddressFold.Hold(State, task);
    }
}
