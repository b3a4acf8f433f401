using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Contracts.Api;

/// <summary>
/// What <c>docker info</c> and UIs read of a manager (docker-api §4.8). Members about containers are those of the whole
/// machine's engine and may be zero where the manager has none.
/// </summary>
public sealed record InfoView
{
    public string ID { get; set; } = "";
    public long Containers { get; set; }
    public long ContainersRunning { get; set; }
    public long ContainersPaused { get; set; }
    public long ContainersStopped { get; set; }
    public long Images { get; set; }
    public string Driver { get; set; } = "";
    public IReadOnlyList<IReadOnlyList<string>> DriverStatus { get; set; } = [];
    public InfoPluginsView Plugins { get; set; } = new();
    public bool MemoryLimit { get; set; } = true;
    public bool SwapLimit { get; set; } = true;
    public bool PidsLimit { get; set; } = true;
    public bool IPv4Forwarding { get; set; } = true;
    public bool Debug { get; set; }
    public string SystemTime { get; set; } = "";
    public string LoggingDriver { get; set; } = "";
    public string CgroupDriver { get; set; } = "";
    public string? CgroupVersion { get; set; }
    public string KernelVersion { get; set; } = "";
    public string OperatingSystem { get; set; } = "";
    public string OSVersion { get; set; } = "";
    public string OSType { get; set; } = "linux";
    public string Architecture { get; set; } = "";
    public string IndexServerAddress { get; set; } = "https://index.docker.io/v1/";
    public RegistryConfigView RegistryConfig { get; set; } = new();
    public int NCPU { get; set; }
    public long MemTotal { get; set; }
    public string DockerRootDir { get; set; } = "";
    public string HttpProxy { get; set; } = "";
    public string HttpsProxy { get; set; } = "";
    public string NoProxy { get; set; } = "";
    public string Name { get; set; } = "";
    public IReadOnlyList<string> Labels { get; set; } = [];
    public bool ExperimentalBuild { get; set; }
    public string ServerVersion { get; set; } = "";
    public IReadOnlyDictionary<string, RuntimeView> Runtimes { get; set; } = new Dictionary<string, RuntimeView>();
    public string DefaultRuntime { get; set; } = "";
    public SwarmInfoView Swarm { get; set; } = new();
    public bool LiveRestoreEnabled { get; set; }
    public string Isolation { get; set; } = "";
    public string InitBinary { get; set; } = "";
    public CommitView ContainerdCommit { get; set; } = new("");
    public CommitView RuncCommit { get; set; } = new("");
    public CommitView InitCommit { get; set; } = new("");
    public IReadOnlyList<string> SecurityOptions { get; set; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Warnings { get; set; }
}

public sealed record InfoPluginsView
{
    public IReadOnlyList<string> Volume { get; set; } = [];
    public IReadOnlyList<string> Network { get; set; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Authorization { get; set; }
    public IReadOnlyList<string> Log { get; set; } = [];
}

/// <summary>Empty on purpose: registries are the engines' business; UIs only want the members to exist.</summary>
public sealed record RegistryConfigView
{
    public IReadOnlyList<string> InsecureRegistryCIDRs { get; set; } = [];
    public IReadOnlyDictionary<string, JsonElement> IndexConfigs { get; set; } = new Dictionary<string, JsonElement>();
    public IReadOnlyList<string> Mirrors { get; set; } = [];
}

public sealed record RuntimeView([property: JsonPropertyName("path")] string Path);

public sealed record CommitView(string ID);

/// <summary>
/// This machine's place in the cluster. LocalNodeState is inactive, pending, active, error or locked; Nodes, Managers
/// and Cluster are absent on workers.
/// </summary>
public sealed record SwarmInfoView
{
    public string NodeID { get; set; } = "";
    public string NodeAddr { get; set; } = "";
    public string LocalNodeState { get; set; } = "inactive";
    public bool ControlAvailable { get; set; }
    public string Error { get; set; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<PeerView>? RemoteManagers { get; set; }
    public int? Nodes { get; set; }
    public int? Managers { get; set; }
    public SwarmView? Cluster { get; set; }
}

public sealed record PeerView(string NodeID, string Addr);
