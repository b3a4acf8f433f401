using System.Text;
using System.Text.Json;
using Orch.Contracts.Api;
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
        foreach (var planned in plan.Networks)
            if (planned.Request is { } request && NetworkRules.Check(Spec(request)) is { } refusal)
                problems.Error(planned.At, $"networks.{planned.Key}: {refusal.Message}");
        foreach (var planned in plan.Files.Where(planned => !planned.IsExternal && problems.Errors.All(problem => problem.At != planned.At)))
            if (Refusal(planned) is { } refusal)
                problems.Error(planned.At, $"{(planned.Kind == FileKind.Secret ? "secrets" : "configs")}.{planned.Key}: {refusal.Message}");
        foreach (var service in plan.Services)
            if ((SpecRules.Check(WithIds(service.Spec)) ?? ServiceNetworks.Check(service.Spec)) is { } refusal)
                problems.Error(service.At, $"services.{service.Key}: {refusal.Message}");
    }

    private static NetworkSpec Spec(JsonElement request) =>
        ApiJson.Read(Encoding.UTF8.GetBytes(request.GetRawText()), ApiJson.Default.NetworkSpec);

    private static Refusal? Refusal(PlannedFile file) => FileRules.Check(
        file.Kind == FileKind.Secret ? Core.Model.FileKind.Secret : Core.Model.FileKind.Config, new()
        {
            Name = file.Name,
            Labels = file.Labels,
            Data = file.Data,
            Driver = file.Driver,
            Templating = file.TemplateDriver is { } driver ? new() { Name = driver } : null,
        });

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
