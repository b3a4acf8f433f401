using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orch.Core.Model;

namespace Orch.Contracts.Security;

/// <summary>
/// What a machine needs to join: which CA to trust, and a secret that proves the right to join in one role. In Docker's
/// shape <c>SWMTKN-1-DIGEST-SECRET</c>. It never prints itself; <see cref="Format"/> is the only way out.
/// </summary>
public sealed class JoinToken
{
    private const string Prefix = "SWMTKN-1-";
    private readonly UInt128 _secret;

    private JoinToken(string caDigest, UInt128 secret)
    {
        CaDigest = caDigest;
        _secret = secret;
    }

    /// <summary>See <see cref="Security.CaDigest"/>.</summary>
    public string CaDigest { get; }

    /// <summary>Takes 128 random bits as the secret; zero is refused, as it is what forgotten initialisation looks like.</summary>
    public static JoinToken Create(X509Certificate2 root, UInt128 secret)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secret);
        return new JoinToken(Security.CaDigest.Of(root), secret);
    }

    /// <summary>Reads a token. On failure <paramref name="error"/> says what is wrong, without repeating the secret.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out JoinToken? token, [NotNullWhen(false)] out string? error)
    {
        token = null;
        error = null;
        if (string.IsNullOrEmpty(text)) return Fail("it is empty", out error);
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return Fail($"it does not start with {Prefix}", out error);

        const int SecretAt = 9 + Security.CaDigest.Length + 1;
        const int Total = SecretAt + Base36.Length;
        if (text.Length != Total)
            return Fail($"it has {text.Length} characters instead of {Total}; was it cut off when copying?", out error);
        var digest = text[Prefix.Length..(SecretAt - 1)];
        if (text[SecretAt - 1] != '-' || !Security.CaDigest.IsValid(digest))
            return Fail("its first part is not a CA digest", out error);
        if (!Base36.TryParse(text[SecretAt..], out var secret) || secret == 0)
            return Fail("its last part is not a secret", out error);

        token = new JoinToken(digest, secret);
        return true;
    }

    public string Format() => $"{Prefix}{CaDigest}-{Base36.Format(_secret)}";

    /// <summary>Takes the same time whatever the difference, so that answers cannot be used to guess a secret.</summary>
    public bool HasSecret(UInt128 expected)
    {
        Span<byte> both = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(both, _secret);
        BinaryPrimitives.WriteUInt128BigEndian(both[16..], expected);
        return CryptographicOperations.FixedTimeEquals(both[..16], both[16..]);
    }

    public bool NamesCa(X509Certificate2 root) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(CaDigest), Encoding.ASCII.GetBytes(Security.CaDigest.Of(root)));

    public override string ToString() => $"{Prefix}{CaDigest}-(secret)";

    private static bool Fail(string reason, out string error)
    {
        error = $"invalid join token: {reason}";
        return false;
    }
}
