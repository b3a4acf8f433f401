namespace Orch.Grpc.Server;

/// <summary>
/// Why a call must end: the client left, its deadline passed, or the host is stopping. Kestrel waits for open streams
/// when it stops, so without the last one a single idle stream would hold up every shutdown.
/// </summary>
internal sealed class ServerCallLifetime : IDisposable
{
    private readonly CancellationToken _aborted;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _writeEnd;
    private readonly CancellationTokenSource _lastWords;
    private readonly CancellationTokenRegistration _onStopping;

    public ServerCallLifetime(
        TimeSpan? timeout, GrpcServerOptions options, CancellationToken aborted, CancellationToken stopping)
    {
        _aborted = aborted;
        _stopping = stopping;
        _deadline = timeout is { } time ? new CancellationTokenSource(time, options.Clock) : null;
        var deadline = _deadline?.Token ?? CancellationToken.None;
        _lastWords = new CancellationTokenSource(Timeout.InfiniteTimeSpan, options.Clock);
        _end = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping, deadline);
        _writeEnd = CancellationTokenSource.CreateLinkedTokenSource(aborted, _lastWords.Token, deadline);
        _onStopping = stopping.Register(() => _lastWords.CancelAfter(options.LastWords));
    }

    /// <summary>Ends reading and the handler.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Ends writing: later than <see cref="Token"/> when the host stops, so that a handler can say goodbye.</summary>
    public CancellationToken WriteToken => _writeEnd.Token;

    /// <summary>True once a message went into the response, flushed or not: the status then belongs behind it.</summary>
    public bool HasMessages { get; set; }

    public bool ClientGone => _aborted.IsCancellationRequested;

    public static GrpcException ClientIsGone(Exception? cause = null) =>
        new(GrpcStatus.Cancelled, "the client has ended the call", cause);

    /// <summary>The status for a read, write or handler that was stopped by <paramref name="cause"/>.</summary>
    public GrpcException Ended(Exception cause)
    {
        // A host that stops aborts what lingers, so an abort then says nothing about the client.
        if (_stopping.IsCancellationRequested)
            return new GrpcException(GrpcStatus.Unavailable, "the server is shutting down", cause);
        if (_aborted.IsCancellationRequested) return ClientIsGone(cause);
        if (_deadline is { IsCancellationRequested: true })
            return new GrpcException(GrpcStatus.DeadlineExceeded, "the deadline of the call has passed", cause);
        return cause is IOException
            ? ClientIsGone(cause)
            : new GrpcException(GrpcStatus.Cancelled, "the handler has cancelled the call", cause);
    }

    public void Dispose()
    {
        _onStopping.Dispose();
        _end.Dispose();
        _writeEnd.Dispose();
        _lastWords.Dispose();
        _deadline?.Dispose();
    }
}
