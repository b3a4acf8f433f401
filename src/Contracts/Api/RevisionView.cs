using System.Text.Json.Serialization;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>One spec that a service has or had; Revision counts from 1.</summary>
public sealed record RevisionView
{
    public ulong Revision { get; set; }

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp CreatedAt { get; set; }
    public ServiceSpec Spec { get; set; } = new();
}
