using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

/// <summary>
/// What a stack has and its file does not name any more: services, and the networks, secrets and configs that no service
/// uses, neither now nor in the specification it would roll back to.
/// </summary>
internal static class StackPrune
{
    public static IEnumerable<(string Kind, string Name)> Candidates(StackDeployment deployment) =>
        deployment.Extra.Select(service => ("service", service.Spec.Name))
            .Concat(Unused(deployment, [.. deployment.Current.Values.Except(deployment.Extra)]).Select(o => (o.Kind[..^1], o.Object.Name)));

    public static void Run(Invocation call, StackDeployment deployment, CancellationToken deadline)
    {
        var removal = new StackRemoval(call, deadline);
        StackRmCommand.RemoveServices(call, [.. deployment.Extra], removal);
        foreach (var (kind, item) in Unused(deployment, deployment.Objects.Services()))
            removal.Remove(kind, item.Id, item.Name);
        removal.Finish();
    }

    private static IEnumerable<(string Kind, NamedObject Object)> Unused(StackDeployment deployment, IReadOnlyList<ServiceView> services)
    {
        var specs = services.SelectMany(service => new[] { service.Spec, service.PreviousSpec })
            .Concat(deployment.Plan.Services.Select(service => service.Spec))
            .Select(spec => spec?.TaskTemplate).OfType<Core.Model.Specs.TaskTemplate>().ToList();
        var files = specs.Select(template => template.ContainerSpec).OfType<Core.Model.Specs.ContainerSpec>().SelectMany(spec => spec.References())
            .Concat(deployment.Plan.Files.Select(file => (file.Kind, file.Name))).ToHashSet();
        var networks = specs.SelectMany(template => template.Networks ?? []).Select(network => network.Target)
            .Concat(deployment.Plan.Networks.Select(network => network.Name)).ToHashSet();
        foreach (var secret in deployment.Objects.Objects("secrets"))
            if (!files.Contains((FileKind.Secret, secret.Name)))
                yield return ("secrets", secret);
        foreach (var config in deployment.Objects.Objects("configs"))
            if (!files.Contains((FileKind.Config, config.Name)))
                yield return ("configs", config);
        foreach (var network in deployment.Objects.Objects("networks"))
            if (!networks.Contains(network.Name) && !networks.Contains(network.Id))
                yield return ("networks", network);
    }
}
