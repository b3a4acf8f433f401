using Orch.Core.Model.Specs;

namespace Orch.Manager.Api.Views;

/// <summary>
/// A spec with the defaults written out, for <c>insertDefaults=true</c>. For eyes only: what a client sends back comes
/// from a read without them. A restart delay that nobody gave stays out, since there is no fixed one to show.
/// </summary>
internal static class DefaultsShown
{
    public static ServiceSpec In(ServiceSpec spec) => spec with
    {
        TaskTemplate = In(spec.TaskTemplate ?? new()),
        UpdateConfig = In(spec.UpdateConfig),
        RollbackConfig = In(spec.RollbackConfig),
    };

    private static TaskTemplate In(TaskTemplate template) => template with
    {
        ContainerSpec = template.ContainerSpec is { } container
            ? container with
            {
                StopGracePeriod = container.StopGracePeriod ?? SpecDefaults.StopGracePeriod.Ticks * 100,
                DNSConfig = container.DNSConfig ?? new(),
            }
            : null,
        Resources = template.Resources ?? new(),
        RestartPolicy = template.RestartPolicy is { } policy
            ? policy with { Condition = policy.Condition ?? "any", MaxAttempts = policy.MaxAttempts ?? 0 }
            : new() { Condition = "any", MaxAttempts = 0 },
        Placement = template.Placement ?? new(),
    };

    private static UpdateConfig In(UpdateConfig? config)
    {
        config ??= new();
        return config with
        {
            Parallelism = config.Parallelism ?? SpecDefaults.UpdateParallelism,
            FailureAction = config.FailureAction ?? "pause",
            Monitor = config.Monitor ?? SpecDefaults.UpdateMonitor.Ticks * 100,
            MaxFailureRatio = config.MaxFailureRatio ?? 0,
            Order = config.Order ?? "stop-first",
        };
    }
}
