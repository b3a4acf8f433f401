using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Manager.Security;

/// <summary>
/// The CA's key and the join secrets, which travel in the log as one sealed value: always enveloped, whatever the rest of
/// the log is, and never printed.
/// </summary>
public sealed record ClusterSecrets(string RootPem, string KeyPem, UInt128 WorkerSecret, UInt128 ManagerSecret)
{
    private static readonly byte[] _context = Encoding.ASCII.GetBytes("orch cluster secrets v1");

    public JoinSecrets Join => new(WorkerSecret, ManagerSecret);

    public ClusterSecrets With(JoinSecrets join) => this with { WorkerSecret = join.Worker, ManagerSecret = join.Manager };

    public static ClusterSecrets Create(ClusterCa ca, JoinSecrets join) =>
        new(ca.RootPem, ca.ExportKeyPem(), join.Worker, join.Manager);

    /// <summary>Key id (4 bytes, little-endian), then what the cipher makes of the JSON.</summary>
    public byte[] Seal(IRecordCipher cipher)
    {
        var stored = new Stored(RootPem, KeyPem, Base36.Format(WorkerSecret), Base36.Format(ManagerSecret));
        var clear = JsonSerializer.SerializeToUtf8Bytes(stored, ClusterSecretsJson.Default.Stored);
        var result = new byte[4 + clear.Length + cipher.Overhead];
        BitConverter.TryWriteBytes(result, cipher.CurrentKeyId);
        cipher.Seal(cipher.CurrentKeyId, clear, _context, result.AsSpan(4));
        return result;
    }

    /// <exception cref="LogLockedException">The key that sealed them is not in this machine's key ring.</exception>
    /// <exception cref="InvalidDataException">The bytes were not sealed by this cluster.</exception>
    public static ClusterSecrets Open(byte[] sealedBytes, IRecordCipher cipher)
    {
        var clear = new byte[Math.Max(sealedBytes.Length - 4 - cipher.Overhead, 0)];
        var keyId = BitConverter.ToUInt32(sealedBytes);
        if (!cipher.Open(keyId, sealedBytes.AsSpan(4), _context, clear))
            throw new InvalidDataException("the cluster's secrets cannot be opened with this machine's key ring");
        var stored = JsonSerializer.Deserialize(clear, ClusterSecretsJson.Default.Stored);
        if (stored is null || !Base36.TryParse(stored.Worker, out var worker) || !Base36.TryParse(stored.Manager, out var manager))
            throw new InvalidDataException("the cluster's secrets are not in a form this version of orch knows");
        return new(stored.Root, stored.Key, worker, manager);
    }

    public override string ToString() => nameof(ClusterSecrets);

    internal sealed record Stored(string Root, string Key, string Worker, string Manager);
}

[JsonSerializable(typeof(ClusterSecrets.Stored))]
internal sealed partial class ClusterSecretsJson : JsonSerializerContext;
