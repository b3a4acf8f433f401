using Orch.Contracts.Agent;

namespace Orch.Agent.Session;

/// <summary>How a manager is reached. A border: gRPC in the product, scripts in tests.</summary>
internal interface ISessionTransport
{
    /// <summary>Throws <see cref="SessionFailure"/> when this manager cannot be reached.</summary>
    Task<ISessionStream> OpenAsync(string manager, CancellationToken stopping);
}

/// <summary>One open stream; one task writes, another reads. All failures are <see cref="SessionFailure"/>.</summary>
internal interface ISessionStream : IAsyncDisposable
{
    ValueTask SendAsync(AgentMessage message, CancellationToken stopping);

    /// <summary>Null: the manager ended the stream.</summary>
    ValueTask<ManagerMessage?> ReceiveAsync(CancellationToken stopping);
}

/// <summary>The stream is lost or never stood, with the reason for the log.</summary>
internal sealed class SessionFailure(string message, Exception? inner = null) : Exception(message, inner);
