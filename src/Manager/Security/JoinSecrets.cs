using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;

namespace Orch.Manager.Security;

/// <summary>The secrets of the join tokens, one for each role. Never printed.</summary>
public sealed record JoinSecrets(UInt128 Worker, UInt128 Manager)
{
    public static JoinSecrets Create() => new(NewSecret(), NewSecret());

    /// <summary>Tokens with the old secret of that role are refused from now on; nodes already joined stay.</summary>
    public JoinSecrets Rotate(PeerRole role) => role switch
    {
        PeerRole.Worker => this with { Worker = NewSecret() },
        PeerRole.Manager => this with { Manager = NewSecret() },
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "there are no join tokens for this role"),
    };

    public JoinToken TokenOf(PeerRole role, X509Certificate2 root) =>
        JoinToken.Create(root, role == PeerRole.Manager ? Manager : Worker);

    /// <summary>The role that the token grants. Both secrets are always compared, so timing does not tell them apart.</summary>
    public PeerRole? RoleOf(JoinToken token, X509Certificate2 root)
    {
        var (worker, manager) = (token.HasSecret(Worker), token.HasSecret(Manager));
        if (!token.NamesCa(root)) return null;
        if (manager) return PeerRole.Manager;
        return worker ? PeerRole.Worker : null;
    }

    public override string ToString() => nameof(JoinSecrets);

    public static UInt128 NewSecret()
    {
        Span<byte> bytes = stackalloc byte[16];
        UInt128 secret;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            secret = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        }
        while (secret == 0);
        return secret;
    }
}
