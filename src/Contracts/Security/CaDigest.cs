using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Security;

/// <summary>
/// The SHA-256 of a root certificate (DER) as 50 characters of base 36, the form in which join tokens carry it. It lets
/// a machine that has never seen the cluster recognise the cluster's CA.
/// </summary>
public static class CaDigest
{
    public const int Length = 50;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static readonly BigInteger _end = BigInteger.One << 256;

    public static string Of(X509Certificate2 root) => Format(SHA256.HashData(root.RawData));

    /// <summary>False for everything but 50 characters of <c>[0-9a-z]</c> that stand for a number of 256 bits.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length != Length) return false;
        var value = BigInteger.Zero;
        foreach (var c in text)
        {
            var digit = Digits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return false;
            value = value * 36 + digit;
        }

        return value < _end;
    }

    private static string Format(byte[] digest) => string.Create(Length, digest, static (text, bytes) =>
    {
        var value = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            value = BigInteger.DivRem(value, 36, out var digit);
            text[i] = Digits[(int)digit];
        }
    });
}
