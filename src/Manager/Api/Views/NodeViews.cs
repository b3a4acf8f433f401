using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Manager.Api.Views;

/// <summary>What a node's view shows that is the cluster's rather than the node's.</summary>
public readonly record struct NodeContext(NodeId Leader, int ManagerPort, TlsInfoView Tls)
{
    /// <summary>Whether a manager that does not lead is heard by the leader.</summary>
    public Func<NodeId, bool>? Hears { get; init; }
}

/// <summary>Nodes as Docker shows them (docker-api §4.4). Pure.</summary>
public static class NodeViews
{
    public static NodeView Of(Node node, NodeContext context) => new()
    {
        ID = node.Id.ToString(),
        Version = new(node.Version),
        CreatedAt = node.CreatedAt,
        UpdatedAt = node.UpdatedAt.IsNever ? node.CreatedAt : node.UpdatedAt,
        Spec = node.Spec,
        Description = DescriptionOf(node.Description, context.Tls),
        Status = new()
        {
            State = WordOf(node.State),
            Message = string.IsNullOrEmpty(node.StateMessage) ? node.Description.EngineProblem : node.StateMessage,
            Addr = node.Address,
        },
        ManagerStatus = node.Spec.Role == NodeRole.Manager ? ManagerStatusOf(node, context) : null,
    };

    private static ManagerStatusView ManagerStatusOf(Node node, NodeContext context) => new()
    {
        Leader = node.Id == context.Leader,
        Reachability = node.Id == context.Leader || context.Hears?.Invoke(node.Id) == true ? "reachable"
            : context.Hears is null ? "unknown" : "unreachable",
        Addr = AddressOf(node, context.ManagerPort),
    };

    /// <summary>HOST:PORT, an IPv6 address in brackets.</summary>
    public static string AddressOf(Node node, int port) => node.ManagerAddr is { } known ? known
        : node.Address.Contains(':', StringComparison.Ordinal) ? $"[{node.Address}]:{port}" : $"{node.Address}:{port}";

    private static NodeDescriptionView DescriptionOf(NodeDescription description, TlsInfoView tls) => new()
    {
        Hostname = description.Hostname,
        Platform = new(description.Architecture, description.Os),
        Resources = new()
        {
            NanoCPUs = description.NanoCpus,
            MemoryBytes = description.MemoryBytes,
            GenericResources = GenericOf(description),
        },
        Engine = new()
        {
            EngineVersion = description.EngineVersion,
            Labels = description.EngineLabels is { Count: > 0 } labels ? labels : null,
            Plugins = description.Plugins is { Count: > 0 } plugins
                ? [.. plugins.OrderBy(plugin => plugin.Type, StringComparer.Ordinal)
                    .ThenBy(plugin => plugin.Name, StringComparer.Ordinal).Select(plugin => new PluginView(plugin.Type, plugin.Name))] : null,
        },
        TLSInfo = tls,
    };

    private static List<GenericResource>? GenericOf(NodeDescription description)
    {
        var counted = (description.GenericCounts ?? []).Select(count => new GenericResource
        {
            DiscreteResourceSpec = new() { Kind = count.Key, Value = count.Value },
        });
        var named = (description.GenericNames ?? []).SelectMany(names => names.Value.Select(name => new GenericResource
        {
            NamedResourceSpec = new() { Kind = names.Key, Value = name },
        }));
        List<GenericResource> all = [.. counted, .. named];
        return all.Count > 0 ? all : null;
    }

    public static string WordOf(NodeState state) => state switch
    {
        NodeState.Down => "down",
        NodeState.Ready => "ready",
        NodeState.Disconnected => "disconnected",
        _ => "unknown",
    };
}
