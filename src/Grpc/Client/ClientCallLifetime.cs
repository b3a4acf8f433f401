using System.Security.Authentication;

namespace Orch.Grpc.Client;

/// <summary>Why a call must end, and what a failure of the transport therefore means to the caller.</summary>
internal sealed class ClientCallLifetime : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _end;

    public ClientCallLifetime(TimeSpan? timeout, TimeProvider clock, CancellationToken caller)
    {
        _caller = caller;
        _deadline = timeout is { } time
            ? new CancellationTokenSource(time > TimeSpan.Zero ? time : TimeSpan.Zero, clock)
            : null;
        _end = CancellationTokenSource.CreateLinkedTokenSource(caller, _deadline?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _end.Token;

    public void Cancel() => _end.Cancel();

    /// <summary>
    /// Turns what the transport throws into what the API promises. Everything unknown of a connection is Unavailable:
    /// the keepalive reports a frozen peer as a protocol error, and a lost one shows as a disposed stream.
    /// </summary>
    public Exception Translate(Exception error)
    {
        if (error is GrpcException or InvalidOperationException and not ObjectDisposedException) return error;
        if (_deadline is { IsCancellationRequested: true })
            return new GrpcException(GrpcStatus.DeadlineExceeded, "the deadline of the call has passed", error);
        if (_caller.IsCancellationRequested) return new OperationCanceledException(null, error, _caller);
        return error switch
        {
            OperationCanceledException when _end.IsCancellationRequested =>
                new GrpcException(GrpcStatus.Cancelled, "the call has been disposed", error),
            OperationCanceledException => Unavailable("no connection could be made in time", error),
            HttpRequestException or IOException or ObjectDisposedException or AuthenticationException =>
                Unavailable(Innermost(error), error),
            _ => error,
        };
    }

    public void Dispose()
    {
        _end.Dispose();
        _deadline?.Dispose();
    }

    private static GrpcException Unavailable(string reason, Exception error) =>
        new(GrpcStatus.Unavailable, $"the connection failed: {reason}", error);

    // The outer layers only say that something inside went wrong.
    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner) error = inner;
        return error.Message;
    }
}
