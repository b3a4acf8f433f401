using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Manager.Api.Endpoints;

/// <summary>A node's spec as clients write it: role and availability are words, checked with Docker's texts.</summary>
internal sealed record NodeSpecBody : SpecObject
{
    public string? Name { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public string? Role { get; init; }
    public string? Availability { get; init; }

    public static async Task<(NodeSpec? Spec, Problem? Problem)> ReadAsync(HttpContext http)
    {
        var (body, problem) = await RequestBody.ReadAsync(http, ManagerJson.Default.NodeSpecBody);
        return body is null ? (null, problem) : body.Parse();
    }

    private (NodeSpec? Spec, Problem? Problem) Parse()
    {
        NodeRole? role = Role switch { "worker" => NodeRole.Worker, "manager" => NodeRole.Manager, _ => null };
        if (role is null)
            return (null, Problem.Invalid($"invalid Role: \"{Role}\""));
        NodeAvailability? availability = Availability switch
        {
            "active" => NodeAvailability.Active,
            "pause" => NodeAvailability.Pause,
            "drain" => NodeAvailability.Drain,
            _ => null,
        };
        if (availability is null)
            return (null, Problem.Invalid($"invalid Availability: \"{Availability}\""));
        var spec = new NodeSpec
        {
            Name = Name,
            Labels = Labels,
            Role = role.Value,
            Availability = availability.Value,
            Unknown = Unknown,
        };
        return SpecSize.Check(spec, ApiJson.Default.NodeSpec) is { } problem ? (null, problem) : (spec, null);
    }
}
