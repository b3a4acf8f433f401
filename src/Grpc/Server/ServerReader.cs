namespace Orch.Grpc.Server;

/// <summary>The client's messages, ended early by whatever ends the call.</summary>
internal sealed class ServerReader<T>(FrameReader<T> frames, ServerCallLifetime lifetime) : GrpcReader<T>
{
    public override T Current => frames.Current;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancellation = default)
    {
        // Linking costs an allocation per read; a handler without a token of its own need not pay it.
        using var linked = cancellation.CanBeCanceled && cancellation != lifetime.Token
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.Token)
            : null;
        try
        {
            return await frames.MoveNextAsync(linked?.Token ?? lifetime.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            if (!lifetime.Token.IsCancellationRequested) cancellation.ThrowIfCancellationRequested();
            throw lifetime.Ended(error);
        }
        catch (IOException error)
        {
            throw lifetime.Ended(error);
        }
    }
}
