using Orch.Core.Commands;
using Orch.Core.Model.Specs;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>
/// The manager's own rules, asked before anything is sent: a stack of which one service would be refused changes nothing.
/// </summary>
public static class PlanChecks
{
    /// <summary>Stands for what only the cluster can say of a secret or config.</summary>
    private const string Pending = "pending";

    public static void Check(StackFile file, StackPlan plan, ProblemList problems)
    {
        foreach (var planned in plan.Files.Where(planned => !planned.IsExternal && problems.Errors.All(problem => problem.At != planned.At)))
            if (Refusal(planned) is { } refusal)
                problems.Error(planned.At, $"{(planned.Kind == FileKind.Secret ? "secrets" : "configs")}.{planned.Key}: {refusal.Message}");
        foreach (var service in plan.Services)
            if (!HasIngress(file, service, problems) && SpecRules.Check(WithIds(service.Spec)) is { } refusal)
                problems.Error(service.At, $"services.{service.Key}: {refusal.Message}");
    }

    private static Refusal? Refusal(PlannedFile file) => FileRules.Check(
        file.Kind == FileKind.Secret ? Core.Model.FileKind.Secret : Core.Model.FileKind.Config, new()
        {
            Name = file.Name,
            Labels = file.Labels,
            Data = file.Data,
            Driver = file.Driver,
            Templating = file.TemplateDriver is { } driver ? new() { Name = driver } : null,
        });

    /// <summary>Said of each port at its place.</summary>
    private static bool HasIngress(StackFile file, PlannedService service, ProblemList problems)
    {
        var any = false;
        foreach (var port in (file.Services[service.Key] as MapNode).Maps("ports"))
        {
            if (!new Core.Model.Specs.PortConfig { PublishMode = port.Text("mode") }.IsIngress)
                continue;
            any = true;
            var published = port.Text("published") is { Length: > 0 } number ? $"published: {number}, " : "";
            var protocol = port.Text("protocol") is { Length: > 0 } and not "tcp" and var other ? $"protocol: {other}, " : "";
            problems.Error(port.At, $"services.{service.Key}.ports: port {port.Text("target")} is published on every node (ingress), which is not "
                + "supported by this version of orch", $"write {{target: {port.Text("target")}, {published}{protocol}mode: host}}, "
                + "which publishes it on the nodes that run a task");
        }
        return any;
    }

    private static ServiceSpec WithIds(ServiceSpec spec)
    {
        var container = spec.TaskTemplate!.ContainerSpec!;
        return spec with
        {
            TaskTemplate = spec.TaskTemplate with
            {
                ContainerSpec = container with
                {
                    Secrets = container.Secrets?.ConvertAll(file => file with { SecretID = Pending }),
                    Configs = container.Configs?.ConvertAll(file => file with { ConfigID = Pending }),
                },
            },
        };
    }
}
