using Microsoft.AspNetCore.Http;

namespace Orch.Grpc.Server;

/// <summary>What a handler knows about the call it serves.</summary>
public class GrpcServerCall
{
    private readonly ServerCallLifetime _lifetime;

    internal GrpcServerCall(HttpContext http, ServerCallLifetime lifetime)
    {
        Http = http;
        _lifetime = lifetime;
    }

    /// <summary>The request underneath: headers, addresses and <c>Connection.ClientCertificate</c>.</summary>
    public HttpContext Http { get; }

    /// <summary>Cancelled when the client goes away, the deadline passes or the host stops.</summary>
    public CancellationToken Cancellation => _lifetime.Token;

    /// <summary>Sends the response headers now, for a client that waits for them before the first message.</summary>
    /// <exception cref="GrpcException">The client is gone, the deadline passed, or the host is stopping.</exception>
    public async Task StartAsync()
    {
        if (Http.Response.HasStarted) return;
        try
        {
            await Http.Response.StartAsync(_lifetime.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            throw _lifetime.Ended(error);
        }
    }
}
