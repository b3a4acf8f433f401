using Orch.Core.Model.Specs;

namespace Orch.Stacks.Conversion;

/// <summary>
/// Managers of this version attach tasks to the engine's own networks only. A stack that is content with its default
/// network is deployed without one; a network that it names itself is refused here, before anything is created.
/// Leaves, whole, with the feature that makes it untrue.
/// </summary>
public static class NetworksNotYet
{
    public static StackPlan Apply(StackPlan plan, ProblemList problems)
    {
        if (plan.Networks.Count == 0)
            return plan;
        foreach (var network in plan.Networks.Where(network => network.Key != NetworkConverter.Default))
            problems.Error(network.At, $"network {network.Key}: only host, none and bridge are supported by this version of orch",
                "leave networks out, or name one of these as external");
        problems.Warn(plan.Networks[0].At, $"network {plan.Networks[0].Name} is not created: networks between machines are not supported "
            + "by this version of orch, so services do not find each other by name", "publish ports with mode: host, or use network_mode: host");
        return plan with
        {
            Networks = [],
            Services = [.. plan.Services.Select(service => service with { Spec = Without(service.Spec) })],
        };
    }

    private static ServiceSpec Without(ServiceSpec spec)
    {
        var kept = spec.TaskTemplate!.Networks?.Where(network => network.Target is "host" or "none" or "bridge").ToList();
        return spec with { TaskTemplate = spec.TaskTemplate with { Networks = kept is { Count: > 0 } ? kept : null } };
    }
}
