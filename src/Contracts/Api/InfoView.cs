using System.Text.Json.Serialization;

namespace Orch.Contracts.Api;

/// <summary>
/// What <c>docker info</c> and UIs read of a manager (docker-api §4.8). Members about containers are those of the whole
/// machine's engine and may be zero where the manager has none.
/// </summary>
public sealed record InfoView
{
    public string ID { get; init; } = "";
    public long Containers { get; init; }
    public long ContainersRunning { get; init; }
    public long ContainersPaused { get; init; }
    public long ContainersStopped { get; init; }
    public long Images { get; init; }
    public string Driver { get; init; } = "";
    public IReadOnlyList<IReadOnlyList<string>> DriverStatus { get; init; } = [];
    public InfoPluginsView Plugins { get; init; } = new();
    public bool MemoryLimit { get; init; } = true;
    public bool SwapLimit { get; init; } = true;
    public bool PidsLimit { get; init; } = true;
    public bool IPv4Forwarding { get; init; } = true;
    public bool Debug { get; init; }
    public string SystemTime { get; init; } = "";
    public string LoggingDriver { get; init; } = "";
    public string CgroupDriver { get; init; } = "";
    public string? CgroupVersion { get; init; }
    public string KernelVersion { get; init; } = "";
    public string OperatingSystem { get; init; } = "";
    public string OSVersion { get; init; } = "";
    public string OSType { get; init; } = "linux";
    public string Architecture { get; init; } = "";
    public string IndexServerAddress { get; init; } = "https://index.docker.io/v1/";
    public RegistryConfigView RegistryConfig { get; init; } = new();
    public int NCPU { get; init; }
    public long MemTotal { get; init; }
    public string DockerRootDir { get; init; } = "";
    public string HttpProxy { get; init; } = "";
    public string HttpsProxy { get; init; } = "";
    public string NoProxy { get; init; } = "";
    public string Name { get; init; } = "";
    public IReadOnlyList<string> Labels { get; init; } = [];
    public bool ExperimentalBuild { get; init; }
    public string ServerVersion { get; init; } = "";
    public IReadOnlyDictionary<string, RuntimeView> Runtimes { get; init; } = new Dictionary<string, RuntimeView>();
    public string DefaultRuntime { get; init; } = "";
    public SwarmInfoView Swarm { get; init; } = new();
    public bool LiveRestoreEnabled { get; init; }
    public string Isolation { get; init; } = "";
    public string InitBinary { get; init; } = "";
    public CommitView ContainerdCommit { get; init; } = new("");
    public CommitView RuncCommit { get; init; } = new("");
    public CommitView InitCommit { get; init; } = new("");
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Warnings { get; init; }
}

public sealed record InfoPluginsView
{
    public IReadOnlyList<string> Volume { get; init; } = [];
    public IReadOnlyList<string> Network { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Authorization { get; init; }
    public IReadOnlyList<string> Log { get; init; } = [];
}

/// <summary>Empty on purpose: registries are the engines' business; UIs only want the members to exist.</summary>
public sealed record RegistryConfigView
{
    public IReadOnlyList<string> InsecureRegistryCIDRs { get; init; } = [];
    public IReadOnlyDictionary<string, string> IndexConfigs { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Mirrors { get; init; } = [];
}

public sealed record RuntimeView([property: JsonPropertyName("path")] string Path);

public sealed record CommitView(string ID);

/// <summary>
/// This machine's place in the cluster. LocalNodeState is inactive, pending, active, error or locked; Nodes, Managers
/// and Cluster are absent on workers.
/// </summary>
public sealed record SwarmInfoView
{
    public string NodeID { get; init; } = "";
    public string NodeAddr { get; init; } = "";
    public string LocalNodeState { get; init; } = "inactive";
    public bool ControlAvailable { get; init; }
    public string Error { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<PeerView>? RemoteManagers { get; init; }
    public int? Nodes { get; init; }
    public int? Managers { get; init; }
    public SwarmView? Cluster { get; init; }
}

public sealed record PeerView(string NodeID, string Addr);
