using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>A machine of the cluster as the API shows it (docker-api §4.4). ManagerStatus is absent on workers.</summary>
public sealed record NodeView : ObjectView
{
    public NodeSpec Spec { get; init => field = value.Labels is null ? value with { Labels = [] } : value; } =
        new() { Labels = [] };
    public NodeDescriptionView Description { get; init; } = new();
    public NodeStatusView Status { get; init; } = new();
    public ManagerStatusView? ManagerStatus { get; init; }
}

public sealed record NodeDescriptionView
{
    public string Hostname { get; init; } = "";
    public PlatformView Platform { get; init; } = new("", "");
    public NodeResourcesView Resources { get; init; } = new();
    public EngineView Engine { get; init; } = new();
    public TlsInfoView TLSInfo { get; init; } = new();
}

/// <summary>Architecture is the kernel's word, x86_64.</summary>
public sealed record PlatformView(string Architecture, string OS);

public sealed record NodeResourcesView
{
    public long NanoCPUs { get; init; }
    public long MemoryBytes { get; init; }
    public IReadOnlyList<GenericResource>? GenericResources { get; init; }
}

public sealed record EngineView
{
    public string EngineVersion { get; init; } = "";
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyList<PluginView>? Plugins { get; init; }
}

public sealed record PluginView(string Type, string Name);

/// <summary>
/// The cluster CA as a node trusts it: PEM, and subject and public key of the issuer in base64 DER. A node is up to
/// date when its own equals the cluster's.
/// </summary>
public sealed record TlsInfoView
{
    public string? TrustRoot { get; init; }
    public string? CertIssuerSubject { get; init; }
    public string? CertIssuerPublicKey { get; init; }
}

/// <summary>State is unknown, down, ready or disconnected.</summary>
public sealed record NodeStatusView
{
    public string State { get; init; } = "";
    public string? Message { get; init; }
    public string Addr { get; init; } = "";
}

/// <summary>Reachability is unknown, unreachable or reachable; Addr is HOST:PORT.</summary>
public sealed record ManagerStatusView
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Leader { get; init; }
    public string Reachability { get; init; } = "";
    public string Addr { get; init; } = "";
}
