using System.Text.Json;
using System.Text.Json.Serialization;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>A task as the API shows it (docker-api §4.3). Slot is absent for tasks of global services.</summary>
public sealed record TaskView : ObjectView
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The service's template without Runtime, as Docker shows it.</summary>
    public TaskTemplate Spec { get; init => field = value.Runtime is null ? value : value with { Runtime = null }; } = new();
    public string ServiceID { get; init; } = "";
    public ulong? Slot { get; init; }
    public string? NodeID { get; init; }
    public TaskStatusView Status { get; init; } = new();

    /// <summary>ready, running, complete, shutdown or remove.</summary>
    public string DesiredState { get; init; } = "";
    public IReadOnlyList<NetworkAttachmentView>? NetworksAttachments { get; init; }
    public IReadOnlyList<GenericResource>? GenericResources { get; init; }
    public JobIterationView? JobIteration { get; init; }
}

/// <summary>What was last seen of a task. State is one of Docker's words; Err says why it does not run.</summary>
public sealed record TaskStatusView
{
    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp Timestamp { get; init; }
    public string State { get; init; } = "";
    public string? Message { get; init; }
    public string? Err { get; init; }
    public ContainerStatusView? ContainerStatus { get; init; }
    public PortStatusView PortStatus { get; init; } = new();
}

public sealed record ContainerStatusView(string ContainerID, long PID, long ExitCode);

/// <summary>Host-mode ports as the engine bound them; {} when there are none.</summary>
public sealed record PortStatusView
{
    public IReadOnlyList<PortConfig>? Ports { get; init; }
}

/// <summary>A task's address on a network; addresses are in CIDR form.</summary>
public sealed record NetworkAttachmentView(JsonElement Network, IReadOnlyList<string> Addresses);
