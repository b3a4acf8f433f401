using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Contracts.Security;

/// <summary>The routes by which nodes get certificates. Root and Join are open to strangers, and nothing else is.</summary>
public static class JoinRoutes
{
    public const string Root = "/orch/v1/join/root";
    public const string Join = "/orch/v1/join";

    /// <summary>For nodes only: a new certificate for the identity that the old one proves.</summary>
    public const string Renew = "/orch/v1/node/certificate";

    /// <summary>For managers only: <see cref="Security.ManagerBundle"/>.</summary>
    public const string ManagerBundle = "/orch/v1/node/manager";
}

/// <summary>
/// A machine asks to join. Names and roles are not asked for: the token decides the role, the CA makes the identity.
/// </summary>
public sealed record JoinRequest
{
    public required string Token { get; init; }

    /// <summary>PKCS#10 in PEM; only its public key is used.</summary>
    public required string Csr { get; init; }
    public required string Hostname { get; init; }

    /// <summary>The address other machines reach it by; the manager takes the connection's when empty.</summary>
    public string AdvertiseAddr { get; init; } = "";

    /// <summary>HOST:PORT where it will listen if it becomes a manager.</summary>
    public string Listen { get; init; } = "";

    /// <summary>active, pause or drain; active when empty.</summary>
    public string Availability { get; init; } = "";

    public override string ToString() => $"join request of {Hostname}";
}

/// <summary>The identity a machine was given. Role is "worker" or "manager"; managers are HOST:PORT.</summary>
public sealed record JoinResponse
{
    public required string Certificate { get; init; }
    public required string NodeId { get; init; }
    public required string ClusterId { get; init; }
    public required string Role { get; init; }
    public required IReadOnlyList<string> Managers { get; init; }
}

/// <summary>A node asks for a certificate with new dates. Who it is, its connection says.</summary>
public sealed record RenewRequest
{
    public required string Csr { get; init; }
}

public sealed record RenewResponse
{
    public required string Certificate { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinResponse))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(RenewResponse))]
[JsonSerializable(typeof(ManagerBundle))]
public sealed partial class JoinJson : JsonSerializerContext;
