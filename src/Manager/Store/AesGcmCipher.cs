using System.Security.Cryptography;

namespace Orch.Manager.Store;

/// <summary>
/// AES-256-GCM with a 96-bit random nonce per record. Old keys stay for reading after a rotation. One key is good for
/// 2^32 records, far beyond what a cluster seals.
/// </summary>
public sealed class AesGcmCipher : IRecordCipher, IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Dictionary<uint, AesGcm> _keys = [];
    private readonly Action<Span<byte>> _fillNonce;
    private readonly Lock _lock = new();

    /// <param name="keys">32 bytes each, by a number above 0.</param>
    /// <param name="currentKeyId">The one for new records.</param>
    /// <param name="fillNonce">Source of nonces that never repeat; random when not given.</param>
    public AesGcmCipher(
        IReadOnlyDictionary<uint, byte[]> keys, uint currentKeyId, Action<Span<byte>>? fillNonce = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (currentKeyId == 0 || keys.ContainsKey(0) || !keys.ContainsKey(currentKeyId))
            throw new ArgumentException("Key ids start at 1 and the current key must be among them.");
        foreach (var (id, key) in keys)
            _keys[id] = new AesGcm(key.Length == 32 ? key : throw new ArgumentException("Keys have 32 bytes."), TagBytes);
        CurrentKeyId = currentKeyId;
        _fillNonce = fillNonce ?? RandomNumberGenerator.Fill;
    }

    public uint CurrentKeyId { get; }

    public int Overhead => NonceBytes + TagBytes;

    public void Seal(uint keyId, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        var nonce = destination[..NonceBytes];
        _fillNonce(nonce);
        var body = destination.Slice(NonceBytes, payload.Length);
        lock (_lock)
            Key(keyId).Encrypt(nonce, payload, body, destination.Slice(NonceBytes + payload.Length, TagBytes), context);
    }

    public bool Open(
        uint keyId, ReadOnlySpan<byte> sealedPayload, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        var key = Key(keyId);
        if (sealedPayload.Length < Overhead)
            return false;
        try
        {
            lock (_lock)
                key.Decrypt(
                    sealedPayload[..NonceBytes], sealedPayload[NonceBytes..^TagBytes], sealedPayload[^TagBytes..],
                    destination, context);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    private AesGcm Key(uint id) => _keys.TryGetValue(id, out var key) ? key : throw new LogLockedException(id);
}
