namespace Orch.Agent.Engine;

/// <summary>
/// The calls an agent needs of a container engine. Every call may be repeated: starting what runs, stopping what is
/// stopped and removing what is gone all succeed. Cancellation throws; everything else is a result.
/// </summary>
public interface IContainerEngine : IAsyncDisposable
{
    /// <summary>Settles the API version; to be called before anything else and after each loss of the engine.</summary>
    Task<EngineResult<Version>> NegotiateAsync(CancellationToken stopping);

    /// <summary>
    /// Asks over a new connection, as an engine that shuts down still serves old ones while it stops containers.
    /// </summary>
    Task<EngineResult<NoValue>> PingAsync(CancellationToken stopping);

    Task<EngineResult<EngineInfo>> InfoAsync(CancellationToken stopping);
    Task<EngineResult<ImageFacts>> InspectImageAsync(string image, CancellationToken stopping);

    /// <summary>Fetches an image; the error is the registry's reason.</summary>
    Task<EngineResult<NoValue>> PullAsync(string image, string? auth, CancellationToken stopping);

    /// <summary>The id of the new container.</summary>
    Task<EngineResult<string>> CreateAsync(string name, ContainerCreate request, CancellationToken stopping);
    Task<EngineResult<NoValue>> StartAsync(string container, CancellationToken stopping);

    /// <summary>Sends the stop signal, waits for the grace period (whole seconds, rounded up), then kills.</summary>
    Task<EngineResult<NoValue>> StopAsync(string container, TimeSpan grace, CancellationToken stopping);
    Task<EngineResult<NoValue>> KillAsync(string container, CancellationToken stopping);

    /// <summary>Removes the container, running or not, with its anonymous volumes.</summary>
    Task<EngineResult<NoValue>> RemoveAsync(string container, CancellationToken stopping);
    Task<EngineResult<ContainerState>> InspectAsync(string container, CancellationToken stopping);

    /// <summary>All containers, stopped ones too, that carry the label (<c>key=value</c>).</summary>
    Task<EngineResult<IReadOnlyList<ContainerState>>> ListAsync(string label, CancellationToken stopping);

    /// <summary>Opens the stream first, so that a list made afterwards misses nothing.</summary>
    Task<EngineResult<IEngineEventStream>> OpenEventsAsync(CancellationToken stopping);
}

/// <summary>An open stream of events. Ends when the engine goes away.</summary>
public interface IEngineEventStream : IAsyncDisposable
{
    IAsyncEnumerable<EngineEvent> ReadAsync(CancellationToken stopping);
}
