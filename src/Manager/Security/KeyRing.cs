using System.Globalization;
using System.Security.Cryptography;
using Orch.Contracts.Machine;
using Orch.Manager.Store;

namespace Orch.Manager.Security;

/// <summary>
/// The keys that secrets at rest are sealed with, in a file of their own on each manager (mode 0600): one line per key,
/// number and base64. The last one seals, all of them open. Key 0 means clear and is never in here.
/// </summary>
public sealed class KeyRing
{
    private const int KeyBytes = 32;
    private readonly SortedDictionary<uint, byte[]> _keys;

    private KeyRing(SortedDictionary<uint, byte[]> keys) => _keys = keys;

    public uint CurrentKeyId => _keys.Keys.Last();

    public static KeyRing Create() => new(new() { [1] = NewKey() });

    /// <exception cref="InvalidDataException">The file holds anything but keys. It is never quietly replaced.</exception>
    public static KeyRing Load(string path)
    {
        var keys = new SortedDictionary<uint, byte[]>();
        foreach (var line in File.ReadAllLines(path))
        {
            var key = new byte[KeyBytes];
            if (line.Split(' ') is not [var number, var text]
                || !uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || id == 0
                || !Convert.TryFromBase64String(text, key, out var length)
                || length != KeyBytes
                || key.All(b => b == 0)
                || !keys.TryAdd(id, key))
            {
                throw new InvalidDataException($"{path} is damaged: line {keys.Count + 1} is not a key");
            }
        }

        return keys.Count > 0 ? new KeyRing(keys) : throw new InvalidDataException($"{path} is empty");
    }

    public void Save(string path) => DurableFile.Write(path, System.Text.Encoding.ASCII.GetBytes(string.Concat(
        _keys.Select(key => string.Create(
            CultureInfo.InvariantCulture, $"{key.Key} {Convert.ToBase64String(key.Value)}\n")))));

    /// <summary>A ring whose new key seals from now on. What is sealed already stays readable.</summary>
    public KeyRing Rotate() => new(new SortedDictionary<uint, byte[]>(_keys) { [CurrentKeyId + 1] = NewKey() });

    /// <summary>The cipher for the log; the caller disposes it.</summary>
    public AesGcmCipher CreateCipher() => new(_keys, CurrentKeyId);

    public override string ToString() => $"key ring with {_keys.Count} keys";

    private static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);
}
