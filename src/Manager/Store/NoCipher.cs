namespace Orch.Manager.Store;

/// <summary>A manager without keys: clear records only; sealed ones are refused, never stored in clear.</summary>
public sealed class NoCipher : IRecordCipher
{
    public static NoCipher Instance { get; } = new();

    public uint CurrentKeyId => 0;

    public int Overhead => 0;

    public void Seal(
        uint keyId, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> context, Span<byte> destination) =>
        throw new LogLockedException(keyId);

    public bool Open(
        uint keyId, ReadOnlySpan<byte> sealedPayload, ReadOnlySpan<byte> context, Span<byte> destination) =>
        throw new LogLockedException(keyId);
}
