using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Node;

internal static class NodeLsCommand
{
    private static readonly (string, string)[] Columns =
    [
        ("ID", "ID"), ("Hostname", "HOSTNAME"), ("Status", "STATUS"), ("Availability", "AVAILABILITY"),
        ("ManagerStatus", "MANAGER STATUS"), ("EngineVersion", "ENGINE VERSION"),
    ];

    public static Command Definition => new()
    {
        Name = "node ls",
        Summary = "List the nodes of the cluster",
        Details = "The node that answered is marked with *.",
        Flags = [Listing.FilterFlag("id, label, membership, name, node.label, role"), Listing.FormatFlag, Listing.QuietFlag],
        Examples = "orch node ls\norch node ls --filter role=worker --format '{{.Hostname}} {{.Status}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Encode(Query.Filters(call.Flags.All("filter")));
        var nodes = call.Client.Get(Query.Path("/nodes", filters), ApiJson.Default.ListNodeView);
        var quiet = call.Flags.On("quiet") && !call.Flags.Has("format");
        var info = nodes.Count > 0 && !quiet ? call.Client.Get("/info", ApiJson.Default.InfoView).Swarm : new();
        var sorted = nodes.OrderBy(node => node.Description.Hostname, NaturalOrder.Instance)
            .ThenBy(node => node.ID, StringComparer.Ordinal);
        Listing.Write(call, Columns, [.. sorted.Select(node => Row(node, info))], forTable: row =>
            row["ID"] = $"{row["ID"]} {(row["Self"] is true ? "*" : " ")}");
        return 0;
    }

    private static Dictionary<string, object?> Row(NodeView node, SwarmInfoView info) => new()
    {
        ["ID"] = node.ID,
        ["Self"] = node.ID == info.NodeID,
        ["Hostname"] = node.Description.Hostname,
        ["Status"] = TaskListing.Capital(node.Status.State),
        ["Availability"] = TaskListing.Capital(NodeWords.Of(node.Spec.Availability)),
        ["ManagerStatus"] = node.ManagerStatus is not { } manager ? ""
            : manager.Leader ? "Leader" : TaskListing.Capital(manager.Reachability),
        ["EngineVersion"] = node.Description.Engine.EngineVersion,
        ["TLSStatus"] = info.Cluster is not { } cluster || node.Description.TLSInfo.TrustRoot is null ? "Unknown"
            : node.Description.TLSInfo == cluster.TLSInfo ? "Ready" : "Needs Rotation",
    };
}
