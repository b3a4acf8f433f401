namespace Orch.Grpc;

/// <summary>
/// The messages of the peer, in order. One reader at a time. It ends (false) when the peer finished with success and
/// throws <see cref="GrpcException"/> for every other end, or <see cref="OperationCanceledException"/> for the
/// caller's own token.
/// </summary>
public abstract class GrpcReader<T> : IAsyncEnumerable<T>
{
    private protected GrpcReader() { }

    /// <summary>The message that the last successful <see cref="MoveNextAsync"/> found.</summary>
    public abstract T Current { get; }

    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancellation = default);

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await MoveNextAsync(cancellationToken).ConfigureAwait(false)) yield return Current;
    }
}
