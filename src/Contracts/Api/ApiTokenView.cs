using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>An API token as it is shown: never with what it proves itself by.</summary>
public sealed record ApiTokenView
{
    public string Name { get; init; } = "";

    /// <summary>viewer, operator or admin.</summary>
    public string Role { get; init; } = "";

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp CreatedAt { get; init; }

    /// <summary>Absent: never.</summary>
    [JsonConverter(typeof(ApiTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Timestamp ExpiresAt { get; init; }
    public bool Expired { get; init; }
}

/// <summary>What a new token is to be.</summary>
public sealed record ApiTokenRequest
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string Role { get; init => field = value ?? ""; } = "";

    /// <summary>From now, in nanoseconds; 0: for ever.</summary>
    public long ExpiresIn { get; init; }
}

/// <summary>The one time that a token is told.</summary>
public sealed record ApiTokenSecret(string Token);
