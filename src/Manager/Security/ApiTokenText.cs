using System.Security.Cryptography;
using System.Text;

namespace Orch.Manager.Security;

/// <summary>An API token as people hold it: "orch-KEY-SECRET". The key finds it, 160 random bits prove it.</summary>
internal static class ApiTokenText
{
    private const string Prefix = "orch-";
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int KeyLength = 10;
    private const int SecretLength = 32;

    public static (string Text, string Key, byte[] Hash) New()
    {
        var key = RandomNumberGenerator.GetString(Alphabet, KeyLength);
        var text = $"{Prefix}{key}-{RandomNumberGenerator.GetString(Alphabet, SecretLength)}";
        return (text, key, HashOf(text));
    }

    /// <summary>Null for what cannot be a token.</summary>
    public static string? KeyOf(string text) =>
        text.Length == Prefix.Length + KeyLength + 1 + SecretLength && text.StartsWith(Prefix, StringComparison.Ordinal)
            && text[Prefix.Length + KeyLength] == '-' ? text.Substring(Prefix.Length, KeyLength) : null;

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
