using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>Builds the event of an update; used for what users ask and for the rollback that a failed update starts.</summary>
internal static class ServiceUpdates
{
    public static ServiceUpdated To(
        Service service, ServiceSpec spec, List<PortConfig> ports, IReadOnlyList<ServiceVip> vips, UpdateState state, Timestamp now)
    {
        var template = spec.TaskTemplate ?? new TaskTemplate();
        var endpoint = spec.EndpointSpec is null ? null : spec.EndpointSpec with { Ports = ports };

        // Whatever changes, a job runs again from the start.
        if (spec.IsJob)
            return new ServiceUpdated(service.Id, spec, ports, NewVersion: true, Update: null, now, vips);
        var replaces = SpecFingerprint.Of(template, endpoint) != service.TaskSpec.Fingerprint;
        var newVersion = replaces || !SameButRunning(template, service.TaskSpec.Template);
        var progress = new UpdateProgress
        {
            State = state,
            StartedAt = now,
            Message = state == UpdateState.RollbackStarted ? "manually requested rollback" : "update in progress",
        };
        return new ServiceUpdated(service.Id, spec, ports, newVersion, replaces ? progress : null, now, vips);
    }

    /// <summary>Placement and restart policy do not replace tasks, but new tasks must follow the new ones.</summary>
    private static bool SameButRunning(TaskTemplate a, TaskTemplate b) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(a, SpecJson.Default.TaskTemplate).AsSpan()
            .SequenceEqual(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(b, SpecJson.Default.TaskTemplate));
}
