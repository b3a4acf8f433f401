namespace Orch.Manager.Store;

/// <summary>
/// Seals and opens payloads with keys known by number. Key id 0 means clear and never reaches a cipher. The context
/// (revision, kind, key id) is authenticated with the payload, so that a sealed record cannot be moved or relabelled.
/// </summary>
public interface IRecordCipher
{
    /// <summary>The key for new records; 0 when there is none, as on a locked manager.</summary>
    uint CurrentKeyId { get; }

    /// <summary>Bytes that sealing adds to a payload: nonce and authentication tag.</summary>
    int Overhead { get; }

    /// <summary>Writes payload length + <see cref="Overhead"/> bytes.</summary>
    void Seal(uint keyId, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> context, Span<byte> destination);

    /// <summary>Writes sealed length - <see cref="Overhead"/> bytes; false when the bytes are not what was sealed.</summary>
    /// <exception cref="LogLockedException">The key is not held here.</exception>
    bool Open(uint keyId, ReadOnlySpan<byte> sealedPayload, ReadOnlySpan<byte> context, Span<byte> destination);
}
