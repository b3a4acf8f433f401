using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>Docker's object version: given back on an update, refused when it is no longer the newest.</summary>
public sealed record VersionIndex(ulong Index);

/// <summary>
/// What every object of the API starts with. Ids are 25 base-36 characters. Members of views are settable because the
/// generated reader would give an init-only member that is absent null instead of its initial value.
/// </summary>
public abstract record ObjectView
{
    [JsonPropertyOrder(-4)] public string ID { get; set; } = "";
    [JsonPropertyOrder(-3)] public VersionIndex Version { get; set; } = new(0);

    [JsonPropertyOrder(-2)]
    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp CreatedAt { get; set; }

    [JsonPropertyOrder(-1)]
    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp UpdatedAt { get; set; }
}

/// <summary>Every refusal of the API.</summary>
public sealed record ErrorView([property: JsonPropertyName("message")] string Message);

/// <summary>The answer to a create; warnings are absent when there are none.</summary>
public sealed record CreateResponse(string ID, IReadOnlyList<string>? Warnings = null);

/// <summary>The answer to a service update; warnings are null, not absent, when there are none (Docker's habit).</summary>
public sealed record UpdateResponse(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] IReadOnlyList<string>? Warnings = null);
