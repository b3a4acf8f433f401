using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Node;

/// <summary>Docker's words for a node's role and availability, and the name "self".</summary>
internal static class NodeWords
{
    public static string Of(NodeAvailability availability) => availability switch
    {
        NodeAvailability.Pause => "pause",
        NodeAvailability.Drain => "drain",
        _ => "active",
    };

    public static NodeAvailability Availability(string text) => text switch
    {
        "active" => NodeAvailability.Active,
        "pause" => NodeAvailability.Pause,
        "drain" => NodeAvailability.Drain,
        _ => throw new CommandException($"invalid Availability: \"{text}\" (active, pause or drain)"),
    };

    public static NodeRole Role(string text) => text switch
    {
        "worker" => NodeRole.Worker,
        "manager" => NodeRole.Manager,
        _ => throw new CommandException($"invalid Role: \"{text}\" (worker or manager)"),
    };

    /// <summary>The path of a node by id, hostname, unique id prefix, or "self": the node that answers.</summary>
    public static string Path(Invocation call, string name) =>
        "/nodes/" + Query.Segment(name == "self" ? call.Client.Get("/info", ApiJson.Default.InfoView).Swarm.NodeID : name);
}
