using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/ports: what is published, by whom and where.</summary>
internal static class PortEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "mode", "node", "port", "protocol", "service");
        if (filters is null)
            return Answer.RefuseAsync(http, problem!);
        var state = api.View();
        var nodes = new HashSet<string>();
        foreach (var reference in filters.Get("node"))
        {
            var (node, refusal) = Lookup.Node(state, reference);
            if (node is null)
                return Answer.RefuseAsync(http, refusal!);
            nodes.Add(node.Id.ToString());
        }
        var services = filters.Has("service") ? filters.Get("service").Select(name => Lookup.Service(state, name).Found?.Id).ToHashSet() : null;
        var ports = state.Services.Values.Where(service => services is null || services.Contains(service.Id))
            .SelectMany(service => Of(state, service))
            .Where(port => filters.Exact("mode", port.Mode) && filters.Exact("protocol", port.Protocol)
                && filters.Exact("port", port.Port.ToString(CultureInfo.InvariantCulture))

                // What is open on every node is open on that one, too.
                && (nodes.Count == 0 || port.Mode == "ingress" || nodes.Contains(port.NodeID ?? "")))
            .OrderBy(port => port.Port).ThenBy(port => port.Protocol, StringComparer.Ordinal)
            .ThenBy(port => port.Service, StringComparer.Ordinal).ThenBy(port => port.Node, StringComparer.Ordinal)
            .ThenBy(port => port.TaskID, StringComparer.Ordinal);
        return Answer.ListAsync(http, ports, ApiJson.Default.PortView);
    }

    private static IEnumerable<PortView> Of(ClusterState state, Service service)
    {
        var running = state.TaskRecordsOf(service.Id).Where(task => task is { State: TaskState.Running, IsAlive: true }).ToList();
        foreach (var port in service.Ports.Where(port => port.IsIngress))
        {
            yield return View(service, port) with
            {
                Port = port.PublishedPort ?? 0,
                Address = TrafficLabels.AddressOf(service.Spec, port.PublishedPort ?? 0)?.ToString(),
                Tasks = running.Count,
            };
        }
        foreach (var port in service.Ports.Where(port => !port.IsIngress))
        {
            var bound = running.SelectMany(task => Bound(state, service, port, task)).ToList();
            foreach (var view in bound)
                yield return view;

            // Wanted, and open nowhere yet.
            if (bound.Count == 0)
                yield return View(service, port) with { Mode = "host", Port = port.PublishedPort ?? 0 };
        }
    }

    /// <summary>As the engine bound it: the number may be its choice.</summary>
    private static IEnumerable<PortView> Bound(ClusterState state, Service service, PortConfig port, TaskRecord task)
    {
        var node = state.Nodes.Get(task.NodeId);
        var found = (task.Status.Ports ?? []).Where(bound => bound.TargetPort == (port.TargetPort ?? 0)
            && bound.Protocol == ProtocolOf(port) && (port.PublishedPort is null or 0 || bound.PublishedPort == port.PublishedPort));
        foreach (var bound in found.DistinctBy(bound => bound.PublishedPort))
        {
            yield return View(service, port) with
            {
                Mode = "host",
                Port = bound.PublishedPort,
                TaskID = task.Id.ToString(),
                Task = task.Name,
                NodeID = task.NodeId.ToString(),
                Node = node?.Description.Hostname,
                Address = node?.Address,
                Tasks = 1,
            };
        }
    }

    private static PortView View(Service service, PortConfig port) => new()
    {
        Protocol = ProtocolOf(port),
        TargetPort = port.TargetPort ?? 0,
        Name = port.Name is { Length: > 0 } name ? name : null,
        ServiceID = service.Id.ToString(),
        Service = service.Spec.Name,
    };

    private static string ProtocolOf(PortConfig port) => port.Protocol is { Length: > 0 } protocol ? protocol : "tcp";
}
