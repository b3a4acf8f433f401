using System.Globalization;
using System.Text.Json;
using Orch.Cli.Http;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Service;

/// <summary>
/// A service as a list shows it, taken from the answer by hand. Making ready how the whole of a service is read would take
/// longer than the rest of the command: the framework compiles that anew in each process.
/// </summary>
internal sealed record ServiceLine(string Id, string Name, string Mode, string Replicas, string? Image, IReadOnlyList<PortConfig> Ports)
{
    public static ServiceLine Read(JsonElement service)
    {
        var spec = service.Member("Spec");
        var (mode, template) = (spec.Member("Mode"), spec.Member("TaskTemplate"));
        return new(service.Text("ID") ?? "", spec.Text("Name") ?? "", ModeOf(mode), ReplicasOf(service, mode, template),
            template.Member("ContainerSpec").Text("Image"), PortsOf(service.Member("Endpoint")));
    }

    private static string ModeOf(JsonElement mode) =>
        mode.Has("Global") ? "global"
        : mode.Has("ReplicatedJob") ? "replicated job"
        : mode.Has("GlobalJob") ? "global job"
        : "replicated";

    private static string ReplicasOf(JsonElement service, JsonElement mode, JsonElement template)
    {
        if (!service.Has("ServiceStatus"))
            return "";
        var status = service.Member("ServiceStatus");
        var (running, desired, completed) = (status.Number("RunningTasks") ?? 0, status.Number("DesiredTasks") ?? 0, status.Number("CompletedTasks") ?? 0);
        var text = string.Create(CultureInfo.InvariantCulture, $"{running}/{desired}");
        if (template.Member("Placement").Number("MaxReplicas") is > 0 and var max)
            text += $" (max {max} per node)";
        if (mode.Has("ReplicatedJob"))
            return $"{text} ({completed}/{mode.Member("ReplicatedJob").Number("TotalCompletions") ?? 1} completed)";
        return mode.Has("GlobalJob") ? $"{text} ({completed}/{desired + completed} completed)" : text;
    }

    private static List<PortConfig> PortsOf(JsonElement endpoint)
    {
        var ports = new List<PortConfig>();
        if (endpoint.Has("Ports"))
        {
            foreach (var port in endpoint.Member("Ports").EnumerateArray())
            {
                ports.Add(new()
                {
                    Protocol = port.Text("Protocol"),
                    TargetPort = (uint?)port.Number("TargetPort"),
                    PublishedPort = (uint?)port.Number("PublishedPort"),
                    PublishMode = port.Text("PublishMode"),
                });
            }
        }
        return ports;
    }
}
