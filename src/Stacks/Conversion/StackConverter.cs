using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>A stack file as what the cluster should have, with the names, labels and defaults of <c>docker stack deploy</c>.</summary>
public sealed class StackConverter(StackFile file, string stack, FileReader read, ProblemList problems)
{
    public StackPlan Convert()
    {
        var files = new FileConverter(stack, read, file.Variable, problems);
        var secrets = files.Convert(FileKind.Secret, file.Secrets);
        var configs = files.Convert(FileKind.Config, file.Configs);
        var networks = new NetworkConverter(file, stack);
        return new StackPlan(stack)
        {
            Networks = networks.Convert(),
            Files = [.. secrets.Concat(configs)],
            Services = [.. Ordered().Select(entry => Service(entry, networks, secrets, configs))],
        };
    }

    private IEnumerable<Entry> Ordered()
    {
        var dependencies = file.Services.Entries.ToDictionary(entry => entry.Key,
            entry => (IReadOnlyCollection<string>)[.. ((MapNode)entry.Value).Map("depends_on")?.Entries.Select(d => d.Key) ?? []]);
        return DependencyOrder.Sort(dependencies).Select(name => file.Services.Find(name)!);
    }

    private PlannedService Service(Entry entry, NetworkConverter networks, IReadOnlyList<PlannedFile> secrets, IReadOnlyList<PlannedFile> configs)
    {
        var service = (MapNode)entry.Value;
        var deploy = service.Map("deploy");
        var container = new ContainerConverter(stack, file, problems).Convert(service) with
        {
            Secrets = FileConverter.References(service, "secrets", secrets),
            Configs = FileConverter.References(service, "configs", configs),
        };
        var image = service.Text("image") ?? "";
        var spec = new ServiceSpec
        {
            Name = StackNames.Scope(stack, entry.Key),
            Labels = Labels(service, deploy, image),
            TaskTemplate = new()
            {
                ContainerSpec = container with { Image = ImageName.WithTag(image) },
                Resources = DeployConverter.Resources(service, deploy),
                RestartPolicy = DeployConverter.Restart(service, deploy),
                Placement = DeployConverter.Placement(service, deploy),
                Networks = networks.Attachments(entry.Key, service),
                LogDriver = Log(service.Map("logging")),
            },
            Mode = DeployConverter.Mode(service, deploy),
            UpdateConfig = DeployConverter.Update(deploy.Map("update_config")),
            RollbackConfig = DeployConverter.Update(deploy.Map("rollback_config")),
            EndpointSpec = DeployConverter.Endpoint(service, deploy),
        };
        return new PlannedService(entry.Key, spec, entry.At);
    }

    private Dictionary<string, string> Labels(MapNode service, MapNode? deploy, string image)
    {
        var labels = StackNames.Labels(stack, deploy.Pairs("labels"));
        labels[StackNames.Image] = image;
        if (Dependencies(service) is { Count: > 0 } dependencies)
            labels[ServiceDependency.Label] = ServiceDependency.Format(dependencies);
        return labels;
    }

    private static DriverConfig? Log(MapNode? logging) =>
        logging is null ? null : new() { Name = logging.Text("driver"), Options = logging.Pairs("options") };

    /// <summary>By the names that the cluster knows the services by; the planner keeps the order (docs/stacks.md).</summary>
    private List<ServiceDependency> Dependencies(MapNode service) =>
        [.. (service.Map("depends_on")?.Entries ?? []).Where(entry => file.Services[entry.Key] is not null)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry =>
                new ServiceDependency(StackNames.Scope(stack, entry.Key), ((MapNode)entry.Value).Text("condition") switch
                {
                    "service_healthy" => DependencyCondition.Healthy,
                    "service_completed_successfully" => DependencyCondition.Completed,
                    _ => DependencyCondition.Started,
                }, ((MapNode)entry.Value).Bool("required") ?? true))];
}

/// <summary>An image as clients send it: with the tag that a user leaves out.</summary>
internal static class ImageName
{
    public static string WithTag(string image)
    {
        var tagged = image.Contains('@', StringComparison.Ordinal) || image.IndexOf(':', image.LastIndexOf('/') + 1) >= 0;
        return tagged || image.Length == 0 ? image : image + ":latest";
    }
}
