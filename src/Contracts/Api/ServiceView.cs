using System.Text.Json.Serialization;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>A service as the API shows it (docker-api §4.2). PreviousSpec is what a rollback goes back to.</summary>
public sealed record ServiceView : ObjectView
{
    /// <summary>Labels are {} rather than absent: Docker's clients index into them.</summary>
    public ServiceSpec Spec { get; set => field = Shown(value); } = new() { Labels = [] };
    public ServiceSpec? PreviousSpec { get; set => field = value is null ? null : Shown(value); }
    public EndpointView Endpoint { get; set; } = new();
    public UpdateStatusView? UpdateStatus { get; set; }

    /// <summary>Only in lists that asked for it (<c>status=true</c>).</summary>
    public ServiceStatusView? ServiceStatus { get; set; }
    public JobStatusView? JobStatus { get; set; }

    private static ServiceSpec Shown(ServiceSpec spec) => spec.Labels is null ? spec with { Labels = [] } : spec;
}

/// <summary>Where a service is reached. Spec is {} until addresses and ports are allocated.</summary>
public sealed record EndpointView
{
    public EndpointSpec Spec { get; set; } = new();
    public IReadOnlyList<PortConfig>? Ports { get; set; }
    public IReadOnlyList<VirtualIPView>? VirtualIPs { get; set; }
}

/// <summary>Addr is in CIDR form, 10.0.0.5/24.</summary>
public sealed record VirtualIPView(string NetworkID, string? Addr = null);

/// <summary>
/// State is updating, paused, completed, rollback_started, rollback_paused or rollback_completed; the whole is absent
/// until the first update.
/// </summary>
public sealed record UpdateStatusView
{
    public string State { get; set; } = "";

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp StartedAt { get; set; }

    [JsonConverter(typeof(ApiTimeConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Timestamp CompletedAt { get; set; }
    public string Message { get; set; } = "";
}

public sealed record ServiceStatusView(ulong RunningTasks, ulong DesiredTasks, ulong CompletedTasks);

/// <summary>The run a job is at; Index is absent for the first.</summary>
public sealed record JobIterationView
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Index { get; set; }
}

public sealed record JobStatusView
{
    public JobIterationView JobIteration { get; set; } = new();

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp LastExecution { get; set; }
}
