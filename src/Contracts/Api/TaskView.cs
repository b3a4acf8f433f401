using System.Text.Json.Serialization;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>A task as the API shows it (docker-api §4.3). Slot is absent for tasks of global services.</summary>
public sealed record TaskView : ObjectView
{
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>The service's template without Runtime, as Docker shows it.</summary>
    public TaskTemplate Spec { get; set => field = value.Runtime is null ? value : value with { Runtime = null }; } = new();
    public string ServiceID { get; set; } = "";
    public ulong? Slot { get; set; }
    public string? NodeID { get; set; }
    public TaskStatusView Status { get; set; } = new();

    /// <summary>ready, running, complete, shutdown or remove.</summary>
    public string DesiredState { get; set; } = "";
    public IReadOnlyList<NetworkAttachmentView>? NetworksAttachments { get; set; }
    public IReadOnlyList<GenericResource>? GenericResources { get; set; }
    public JobIterationView? JobIteration { get; set; }
}

/// <summary>What was last seen of a task. State is one of Docker's words; Err says why it does not run.</summary>
public sealed record TaskStatusView
{
    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp Timestamp { get; set; }
    public string State { get; set; } = "";
    public string? Message { get; set; }
    public string? Err { get; set; }
    public ContainerStatusView? ContainerStatus { get; set; }
    public PortStatusView PortStatus { get; set; } = new();
}

public sealed record ContainerStatusView(string ContainerID, long PID, long ExitCode);

/// <summary>Host-mode ports as the engine bound them; {} when there are none.</summary>
public sealed record PortStatusView
{
    public IReadOnlyList<PortConfig>? Ports { get; set; }
}
