using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Cli.Contexts;

/// <summary>
/// How to reach one cluster: a manager's address, the cluster's CA (the only one trusted there), and a credential: an API
/// token, or a certificate with its key. PEM and token are kept as text.
/// </summary>
internal sealed record RemoteContext
{
    public string Name { get; init; } = "";
    public string Host { get; init; } = "";
    public string Ca { get; init; } = "";
    public string? Token { get; init; }
    public string? Certificate { get; init; }
    public string? Key { get; init; }
    public string? Description { get; init; }

    /// <summary>What may be shown.</summary>
    public RemoteContext WithoutSecrets() => this with { Token = Hidden(Token), Key = Hidden(Key) };

    private static string? Hidden(string? secret) => secret is null ? null : "(hidden; orch context export shows it)";
}

/// <summary>The files of contexts.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(RemoteContext))]
[JsonSerializable(typeof(List<RemoteContext>))]
internal sealed partial class ContextJson : JsonSerializerContext;
