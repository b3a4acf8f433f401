using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Contracts.Machine;

/// <summary>
/// What the Consul servers beside the managers of one cluster have in common: the key of their gossip, the authority that signs their
/// certificates, and their ports: <see cref="Port"/> for calls between servers, the next one for gossip. Their HTTP API is a socket that
/// only root opens. Kept on every manager, in <c>cluster.json</c>; holds private keys.
/// </summary>
public sealed record EmbeddedConsul
{
    /// <summary>The default port is so far above the cluster's own.</summary>
    public const int PortsAbove = 10;

    /// <summary>32 bytes in base64.</summary>
    public string GossipKey { get; init; } = "";
    public string CaPem { get; init; } = "";
    public string CaKeyPem { get; init; } = "";
    public int Port { get; init; }

    /// <summary>Advertised addresses of managers with a server, without ports; a new server asks them to be let in.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>For a new cluster: fresh keys.</summary>
    public static EmbeddedConsul Create(int port, TimeProvider clock)
    {
        var (certificate, key) = ConsulCertificates.CreateAuthority(clock);
        return new()
        {
            GossipKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            CaPem = certificate,
            CaKeyPem = key,
            Port = port,
        };
    }

    /// <summary>Null: no Consul is beside this machine's manager.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public static EmbeddedConsul? Load(MachinePaths paths)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(ClusterFile(paths)), EmbeddedConsulJson.Default.EmbeddedConsul);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{ClusterFile(paths)} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The log in the server beside the manager.</summary>
    public static StoreAddress Address(MachinePaths paths) =>
        StoreAddress.Parse($"consul:///orch?socket={Uri.EscapeDataString(paths.ConsulSocket)}");

    /// <summary>
    /// Makes this machine's server: its certificate and what it is started with. Founds: it may begin alone, which only a cluster's
    /// first server does, and only the first time; called once more without, it keeps its certificate.
    /// </summary>
    public void Install(MachinePaths paths, string advertise, bool founds)
    {
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(paths.ConsulDir, mine);
        Directory.CreateDirectory(ConsulConfig.DataDir(paths), mine);
        if (!File.Exists(ConsulConfig.KeyFile(paths)))
        {
            var (certificate, key) = ConsulCertificates.Issue(CaPem, CaKeyPem);
            Write(ConsulConfig.CaFile(paths), CaPem);
            Write(ConsulConfig.CertificateFile(paths), certificate);
            Write(ConsulConfig.KeyFile(paths), key);
        }
        DurableFile.Write(ClusterFile(paths), JsonSerializer.SerializeToUtf8Bytes(this, EmbeddedConsulJson.Default.EmbeddedConsul));
        DurableFile.Write(paths.ConsulConfig, ConsulConfig.Write(this, paths, advertise, founds));
    }

    public override string ToString() => $"{nameof(EmbeddedConsul)} at port {Port}";

    private static string ClusterFile(MachinePaths paths) => Path.Combine(paths.ConsulDir, "cluster.json");

    private static void Write(string path, string text) => DurableFile.Write(path, Encoding.ASCII.GetBytes(text));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(EmbeddedConsul))]
[JsonSerializable(typeof(StoreInvitation.Wire))]
internal sealed partial class EmbeddedConsulJson : JsonSerializerContext;
