namespace Orch.Contracts.Machine;

/// <summary>Where a machine keeps what belongs to it. One place, as agent, manager and CLI must agree.</summary>
public sealed record MachinePaths(string DataRoot, string RunDir)
{
    public const string DefaultDataRoot = "/var/lib/orch";
    public const string DefaultRunDir = "/run/orch";

    /// <summary>The machine's identity and options: <see cref="MachineConfig"/>.</summary>
    public string NodeFile => Path.Combine(DataRoot, "node.json");
    public string TlsDir => Path.Combine(DataRoot, "tls");
    public string CaCertificate => Path.Combine(TlsDir, "ca.crt");
    public string NodeCertificate => Path.Combine(TlsDir, "node.crt");
    public string NodeKey => Path.Combine(TlsDir, "node.key");
    public string AgentDir => Path.Combine(DataRoot, "agent");
    public string ManagerDir => Path.Combine(DataRoot, "manager");

    /// <summary>What the cluster's secrets are sealed with; on managers.</summary>
    public string KeyFile => Path.Combine(ManagerDir, "keys");

    /// <summary>Where the cluster's log is: <see cref="StoreFile"/>. Missing where it is on this machine's disk since before there was a choice.</summary>
    public string StoreFile => Path.Combine(ManagerDir, "store");

    /// <summary>The address that `orch init` was given, for the manager it starts: not among its arguments, which everybody sees.</summary>
    public string WantedStoreFile => Path.Combine(RunDir, "store.wanted");

    /// <summary>Secrets and configs of this machine's tasks, in memory: a tmpfs is mounted here.</summary>
    public string FilesDir => Path.Combine(RunDir, "files");

    /// <summary>Of the Consul server beside this manager, where there is one: its keys, its configuration and its data.</summary>
    public string ConsulDir => Path.Combine(DataRoot, "consul");

    /// <summary>Exists where a Consul server is to run beside this manager.</summary>
    public string ConsulConfig => Path.Combine(ConsulDir, "config.json");

    /// <summary>Its HTTP API, for root alone.</summary>
    public string ConsulSocket => Path.Combine(RunDir, "consul.sock");
    public string ControlSocket => Path.Combine(RunDir, "orch.sock");
}
