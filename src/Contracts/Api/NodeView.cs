using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>A machine of the cluster as the API shows it (docker-api §4.4). ManagerStatus is absent on workers.</summary>
public sealed record NodeView : ObjectView
{
    public NodeSpec Spec { get; set => field = value.Labels is null ? value with { Labels = [] } : value; } =
        new() { Labels = [] };
    public NodeDescriptionView Description { get; set; } = new();
    public NodeStatusView Status { get; set; } = new();
    public ManagerStatusView? ManagerStatus { get; set; }
}

public sealed record NodeDescriptionView
{
    public string Hostname { get; set; } = "";
    public PlatformView Platform { get; set; } = new("", "");
    public NodeResourcesView Resources { get; set; } = new();
    public EngineView Engine { get; set; } = new();
    public TlsInfoView TLSInfo { get; set; } = new();
}

/// <summary>Architecture is the kernel's word, x86_64.</summary>
public sealed record PlatformView(string Architecture, string OS);

public sealed record NodeResourcesView
{
    public long NanoCPUs { get; set; }
    public long MemoryBytes { get; set; }
    public IReadOnlyList<GenericResource>? GenericResources { get; set; }
}

public sealed record EngineView
{
    public string EngineVersion { get; set; } = "";
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
    public IReadOnlyList<PluginView>? Plugins { get; set; }
}

public sealed record PluginView(string Type, string Name);

/// <summary>
/// The cluster CA as a node trusts it: PEM, and subject and public key of the issuer in base64 DER. A node is up to
/// date when its own equals the cluster's.
/// </summary>
public sealed record TlsInfoView
{
    public string? TrustRoot { get; set; }
    public string? CertIssuerSubject { get; set; }
    public string? CertIssuerPublicKey { get; set; }
}

/// <summary>State is unknown, down, ready or disconnected.</summary>
public sealed record NodeStatusView
{
    public string State { get; set; } = "";
    public string? Message { get; set; }
    public string Addr { get; set; } = "";
}

/// <summary>Reachability is unknown, unreachable or reachable; Addr is HOST:PORT.</summary>
public sealed record ManagerStatusView
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Leader { get; set; }
    public string Reachability { get; set; } = "";
    public string Addr { get; set; } = "";
}
