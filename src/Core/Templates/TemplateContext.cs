namespace Orch.Core.Templates;

/// <summary>What templates of one task see as their dot: .Service, .Node and .Task, with Docker's members.</summary>
public sealed record TemplateContext
{
    public required string ServiceId { get; init; }
    public required string ServiceName { get; init; }
    public IReadOnlyDictionary<string, string>? ServiceLabels { get; init; }
    public required string NodeId { get; init; }
    public required string Hostname { get; init; }
    public string Architecture { get; init; } = "";
    public string Os { get; init; } = "";
    public required string TaskId { get; init; }
    public required string TaskName { get; init; }

    /// <summary>The slot's number, of a global service the node's id.</summary>
    public required string Slot { get; init; }

    public IReadOnlyDictionary<string, object?> Dot() => new Dictionary<string, object?>
    {
        ["Service"] = new Dictionary<string, object?>
        {
            ["ID"] = ServiceId,
            ["Name"] = ServiceName,
            ["Labels"] = new TemplateLabels(ServiceLabels),
        },
        ["Node"] = new Dictionary<string, object?>
        {
            ["ID"] = NodeId,
            ["Hostname"] = Hostname,
            ["Platform"] = new Dictionary<string, object?> { ["Architecture"] = Architecture, ["OS"] = Os },
        },
        ["Task"] = new Dictionary<string, object?> { ["ID"] = TaskId, ["Name"] = TaskName, ["Slot"] = Slot },
    };
}
