using System.Collections.Immutable;
using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Core.State;

/// <summary>Events of services, their names and their ingress ports.</summary>
internal static class ServiceFold
{
    public static void Apply(ClusterState state, ClusterEvent e, Changes changes)
    {
        switch (e)
        {
            case ServiceCreated created:
                Create(state, created, changes);
                changes.Touch(created.Id);
                break;
            case ServiceUpdated updated:
                Update(state, updated, changes);
                changes.Touch(updated.Id);
                break;
            case ServiceUpdateProgressed progressed:
                var service = Existing(state, progressed.Id);
                Put(state, service with { Update = progressed.Update, Version = state.Revision, UpdatedAt = progressed.At });
                changes.Touch(progressed.Id);
                break;
            case ServiceRemoved removed:
                var gone = Existing(state, removed.Id);
                Remove(state, gone, changes);
                RegistryFold.ServiceRemoved(state, gone.Id);
                changes.Removed(gone);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Create(ClusterState state, ServiceCreated e, Changes changes)
    {
        if (state.Services.Contains(e.Id) || state.ServicesByName.Contains(e.Spec.Name))
            throw new FoldException($"service {e.Spec.Name} exists twice");
        var service = new Service
        {
            Id = e.Id,
            Spec = e.Spec,
            CreatedAt = e.At,
            UpdatedAt = e.At,
            Version = state.Revision,
            SpecAt = e.At,
            TaskSpec = TaskSpecOf(e.Id, e.Spec, e.Ports, state.Revision, e.Spec.IsJob ? 0 : null),
            LastExecution = e.Spec.IsJob ? e.At : default,
            Ports = e.Ports,
            VirtualIps = e.VirtualIps ?? [],
        };
        AddressFold.Move(state, null, service, changes);
        state.ServicesByName = state.ServicesByName.With(state.Token, e.Spec.Name, e.Id);
        HoldPorts(state, service);
        Put(state, service);
    }

    private static void Update(ClusterState state, ServiceUpdated e, Changes changes)
    {
        var before = Existing(state, e.Id);
        FreePorts(state, before);
        var changed = !SpecJson.Write(before.Spec).AsSpan().SequenceEqual(SpecJson.Write(e.Spec));
        var after = before with
        {
            Spec = e.Spec,
            SpecAt = changed ? e.At : before.SpecAt,
            History = changed ? Remembered(before) : before.History,
            PreviousSpec = before.Spec,
            Ports = e.Ports,
            VirtualIps = e.VirtualIps ?? [],
            UpdatedAt = e.At,
            Version = state.Revision,
            Update = e.Update ?? before.Update,
        };
        if (e.NewVersion)
        {
            if (before.PreviousTaskSpec is { } older)
                SpecRetention.Retain(state, older);
            after = after with
            {
                TaskSpec = TaskSpecOf(e.Id, e.Spec, e.Ports, state.Revision, before.TaskSpec.JobIteration + 1),
                LastExecution = e.Spec.IsJob ? e.At : default,
                PreviousTaskSpec = before.TaskSpec,
            };
        }
        AddressFold.Move(state, before, after, changes);
        HoldPorts(state, after);
        Put(state, after);
    }

    private static ImmutableArray<ServiceRevision> Remembered(Service before)
    {
        var at = before.SpecAt.IsNever ? before.CreatedAt : before.SpecAt;
        var history = before.History.Add(new(before.Revision, at, before.Spec));
        return history.Length < ServiceRevision.Kept ? history : history.RemoveAt(0);
    }

    private static void Remove(ClusterState state, Service service, Changes changes)
    {
        AddressFold.Move(state, service, null, changes);
        NetworkUsers.Update(state, service, null);
        FreePorts(state, service);
        FileUsers.Update(state, service, null);
        state.Services = state.Services.Without(state.Token, service.Id);
        state.ServicesByName = state.ServicesByName.Without(state.Token, service.Spec.Name);
        SpecRetention.Retain(state, service.TaskSpec);
        if (service.PreviousTaskSpec is { } previous)
            SpecRetention.Retain(state, previous);
    }

    private static TaskSpec TaskSpecOf(
        ServiceId id, ServiceSpec spec, List<PortConfig> ports, ulong version, ulong? iteration) => new()
        {
            ServiceId = id,
            Version = version,
            ServiceName = spec.Name,
            Template = spec.TaskTemplate ?? new TaskTemplate(),
            Endpoint = spec.EndpointSpec is null ? null : spec.EndpointSpec with { Ports = ports },
            ServiceLabels = spec.Labels,
            JobIteration = iteration,
        };

    public static void HoldPorts(ClusterState state, Service service)
    {
        foreach (var port in service.Ports.Where(port => port.PublishedPort > 0))
        {
            var key = PortKey.Of(port);
            if (port.IsIngress)
                state.IngressPorts = state.IngressPorts.With(state.Token, key, service.Id);
            else
                state.HostPorts = state.HostPorts.With(
                    state.Token, key, state.HostPorts.Get(key).With(state.Token, service.Id, true));
        }
    }

    private static void FreePorts(ClusterState state, Service service)
    {
        foreach (var port in service.Ports.Where(port => port.PublishedPort > 0))
        {
            var key = PortKey.Of(port);
            if (port.IsIngress)
            {
                state.IngressPorts = state.IngressPorts.Without(state.Token, key);
                continue;
            }
            var left = state.HostPorts.Get(key).Without(state.Token, service.Id);
            state.HostPorts = left.Count == 0
                ? state.HostPorts.Without(state.Token, key) : state.HostPorts.With(state.Token, key, left);
        }
    }

    private static void Put(ClusterState state, Service service)
    {
        var before = state.Services.Get(service.Id);
        FileUsers.Update(state, before, service);
        NetworkUsers.Update(state, before, service);
        state.Services = state.Services.With(state.Token, service.Id, service);
    }

    private static Service Existing(ClusterState state, ServiceId id) =>
        state.Services.Get(id) ?? throw new FoldException($"service {id} does not exist");
}
