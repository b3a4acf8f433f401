using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>A login as it is shown: never with what it proves itself by.</summary>
public sealed record RegistryView
{
    public string ServerAddress { get; init; } = "";
    public string Username { get; init; } = "";

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp UpdatedAt { get; init; }
}

/// <summary>Docker's AuthConfig: what a client sends to log in, and what an engine takes as X-Registry-Auth.</summary>
public sealed record RegistryLogin
{
    [JsonPropertyName("username")]
    public string Username { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("password")]
    public string Password { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("serveraddress")]
    public string ServerAddress { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("identitytoken")]
    public string IdentityToken { get; init => field = value ?? ""; } = "";

    /// <summary>The registry as images name it; Docker's clients write Docker Hub as an address of its own.</summary>
    [JsonIgnore]
    public string Host
    {
        get
        {
            var address = ServerAddress;
            var scheme = address.IndexOf("://", StringComparison.Ordinal);
            var host = scheme < 0 ? address : address[(scheme + 3)..];
            var slash = host.IndexOf('/', StringComparison.Ordinal);
            host = slash < 0 ? host : host[..slash];
            return host is "" or "index.docker.io" or "registry-1.docker.io" ? ImageName.DefaultRegistry : host;
        }
    }

    /// <summary>No part of a log line may hold the password.</summary>
    public override string ToString() => $"login of {Username} at {Host}";
}
