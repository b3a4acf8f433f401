using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>Decisions about services.</summary>
internal static class DecideService
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateService c => Create(state, c, step),
        UpdateService c => Update(state, c, step),
        RemoveService c => Remove(state, c),
        _ => throw new UnreachableException(),
    };

    private static Decision Create(ClusterState state, CreateService c, StepContext step)
    {
        if ((SpecRules.Check(c.Spec) ?? FileRules.CheckExist(state, c.Spec)) is { } refusal)
            return new Refused(refusal);
        if (state.ServicesByName.Contains(c.Spec.Name))
            return Decision.Refuse(RefusalKind.AlreadyExists,
                $"name conflicts with an existing object: service {c.Spec.Name} already exists");
        var given = Given(state, c.Spec, null, step);
        if (given.Refusal is not null)
            return new Refused(given.Refusal);
        var id = new ServiceId(step.NewId());
        var created = Decision.Accept(new Reply(id.ToString()),
            [.. given.Vips.Before, new ServiceCreated(id, Completed(given.Spec), given.Ports, step.Now, given.Vips.Vips)]);
        return DecideRegistry.Deployed(created, c.RegistryAuth, id, step);
    }

    private static Decision Update(ClusterState state, UpdateService c, StepContext step)
    {
        var (service, missing) = Lookup.Service(state, c.Service);
        if (service is null)
            return new Refused(missing!);
        if (service.Version != c.Version)
            return Decision.Refuse(RefusalKind.OutOfSequence, "update out of sequence");
        var (spec, unknown) = c.Rollback ? Earlier(service, c.ToRevision) : (Kept(service.Spec, c.Spec!), null);
        if (spec is null)
            return new Refused(unknown!);
        if ((CheckChange(service, spec) ?? FileRules.CheckExist(state, spec)) is { } refusal)
            return new Refused(refusal);
        var given = Given(state, spec, service, step);
        if (given.Refusal is not null)
            return new Refused(given.Refusal);
        var progress = c.Rollback ? UpdateState.RollbackStarted : UpdateState.Updating;
        var update = ServiceUpdates.To(service, Completed(given.Spec), given.Ports, given.Vips.Vips, progress, step.Now);
        var updated = Decision.Accept([.. given.Vips.Before, update]);
        return DecideRegistry.Deployed(updated, c.RegistryAuth, service.Id, step);
    }

    /// <summary>What the cluster gives to a service with this spec; what it has already it keeps.</summary>
    public static ServiceGrant Given(ClusterState state, ServiceSpec spec, Service? current, StepContext step)
    {
        var (resolved, missing) = ServiceNetworks.Resolve(state, spec);
        if (missing is not null)
            return new(spec, [], default, missing);
        var ports = PublishedPorts.Choose(state, resolved, current);
        if (ports.Refusal is not null)
            return new(spec, [], default, ports.Refusal);
        if (TrafficLabels.Problem(resolved, ports.Ports) is { } problem)
            return new(spec, [], default, new(RefusalKind.Invalid, problem));
        var vips = VirtualIps.Choose(state, resolved, current, step);
        return new(resolved, ports.Ports, vips, vips.Refusal);
    }

    private static (ServiceSpec? Spec, Refusal? Refusal) Earlier(Service service, ulong? revision)
    {
        if (revision is null)
            return service.PreviousSpec is { } previous ? (previous, null)
                : (null, new(RefusalKind.FailedPrecondition, $"service {service.Id} does not have a previous spec"));
        if (service.History.FirstOrDefault(kept => kept.Number == revision) is { } found)
            return (found.Spec, null);
        var name = service.Spec.Name;
        return (null, new(RefusalKind.Invalid, revision == service.Revision
            ? $"service {name} is at revision {revision} already"
            : $"service {name} has no revision {revision}: the last {ServiceRevision.Kept} are kept, see orch service history {name}"));
    }

    /// <summary>What Docker's clients do not know and therefore leave out is not taken away by them.</summary>
    private static ServiceSpec Kept(ServiceSpec old, ServiceSpec spec) => spec with
    {
        UpdateConfig = Kept(old.UpdateConfig, spec.UpdateConfig),
        RollbackConfig = Kept(old.RollbackConfig, spec.RollbackConfig),
        TaskTemplate = spec.TaskTemplate is { ContainerSpec: { } container } template && old.TaskTemplate?.ContainerSpec is { } before
            ? template with { ContainerSpec = Kept(before, container) } : spec.TaskTemplate,
    };

    private static ContainerSpec Kept(ContainerSpec old, ContainerSpec spec) => spec with
    {
        PullOptions = spec.PullOptions ?? old.PullOptions,
        HostConfig = spec.HostConfig ?? old.HostConfig,
    };

    private static UpdateConfig? Kept(UpdateConfig? old, UpdateConfig? config) =>
        config is { ProgressDeadline: null } ? config with { ProgressDeadline = old?.ProgressDeadline } : config;

    private static Refusal? CheckChange(Service service, ServiceSpec spec)
    {
        if (spec.Name != service.Spec.Name)
            return new(RefusalKind.Unsupported, "renaming services is not supported");
        if (SpecRules.ModeOf(spec) != SpecRules.ModeOf(service.Spec))
            return new(RefusalKind.Unsupported, "service mode change is not allowed");
        return SpecRules.Check(spec);
    }

    private static Decision Remove(ClusterState state, RemoveService c)
    {
        var (service, refusal) = Lookup.Service(state, c.Service);
        return service is null ? new Refused(refusal!) : Decision.Accept(new ServiceRemoved(service.Id));
    }

    /// <summary>What Docker's manager adds to a stored spec, and nothing else (docker-api §4.2); a spec's own empty mode is said.</summary>
    private static ServiceSpec Completed(ServiceSpec spec)
    {
        var template = spec.TaskTemplate ?? new TaskTemplate();
        var container = template.ContainerSpec ?? new ContainerSpec();
        return spec with
        {
            Labels = spec.Labels ?? [],
            TaskTemplate = template with
            {
                ContainerSpec = container with { Isolation = container.Isolation ?? "default" },
                Networks = template.Networks ?? spec.Networks,
                Placement = template.Placement ?? new Placement(),
                Runtime = template.Runtime ?? "container",
            },
            EndpointSpec = spec.EndpointSpec is { Mode: null or "" } endpoint ? endpoint with { Mode = "vip" } : spec.EndpointSpec,
            Networks = null,
            Mode = Completed(spec.Mode),
        };
    }

    private static ServiceMode Completed(ServiceMode? mode) => mode switch
    {
        { Global: not null } or { GlobalJob: not null } => mode,

        // Docker's client reads both numbers of a job without asking whether they are there.
        { ReplicatedJob: { } job } => mode with
        {
            ReplicatedJob = job with { MaxConcurrent = job.MaxConcurrent ?? job.Completions, TotalCompletions = job.Completions },
        },
        _ => new() { Replicated = new() { Replicas = mode?.Replicated?.Replicas ?? 1 } },
    };

    /// <summary>A refusal that came from a rule, as a decision.</summary>
    private readonly record struct Refused(Refusal Reason)
    {
        public static implicit operator Decision(Refused refused) =>
            Decision.Refuse(refused.Reason.Kind, refused.Reason.Message);
    }
}

/// <summary>A spec with its networks by id, and the ports and virtual addresses that go with it; or why it cannot be.</summary>
internal readonly record struct ServiceGrant(ServiceSpec Spec, List<PortConfig> Ports, VirtualIps.Choice Vips, Refusal? Refusal);
