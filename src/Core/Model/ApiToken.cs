using System.Text.Json.Serialization;

namespace Orch.Core.Model;

/// <summary>What the bearer of an API token may do; each may what those before it may.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApiRole>))]
public enum ApiRole
{
    /// <summary>Look, but at no credentials.</summary>
    [JsonStringEnumMemberName("viewer")] Viewer = 1,

    /// <summary>Deploy: services, stacks, configs, secrets, networks.</summary>
    [JsonStringEnumMemberName("operator")] Operator = 2,
    [JsonStringEnumMemberName("admin")] Admin = 3,
}

/// <summary>
/// A credential for programs and people without a certificate. Only a hash of its secret is known here; the secret is
/// random and long, so the hash needs no salt and no slowness.
/// </summary>
public sealed record ApiToken
{
    public const int HashBytes = 32;

    public required string Name { get; init; }

    /// <summary>The part of the token that finds it; no secret.</summary>
    public required string Key { get; init; }
    public required byte[] Hash { get; init; }
    public required ApiRole Role { get; init; }
    public required Timestamp CreatedAt { get; init; }

    /// <summary>Never, or the moment from which it is worthless.</summary>
    public Timestamp ExpiresAt { get; init; }

    public bool HasExpired(Timestamp now) => !ExpiresAt.IsNever && ExpiresAt <= now;
}
