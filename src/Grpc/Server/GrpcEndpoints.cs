using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orch.Grpc.Server;

/// <summary>
/// Maps methods to handlers as ordinary POST endpoints, so that routing, access rules and limits see them like any
/// other route. The listener must speak HTTP/2.
/// </summary>
public static class GrpcEndpoints
{
    /// <summary>Maps a method of one request and one response.</summary>
    public static IEndpointConventionBuilder MapGrpc<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, GrpcServerCall, Task<TResponse>> handler,
        GrpcServerOptions? options = null) =>
        endpoints.MapGrpc(method, stream => UnaryAsync(stream, handler), options);

    /// <summary>Maps a method that streams in either or both directions.</summary>
    public static IEndpointConventionBuilder MapGrpc<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        GrpcMethod<TRequest, TResponse> method,
        Func<GrpcServerStream<TRequest, TResponse>, Task> handler,
        GrpcServerOptions? options = null)
    {
        options ??= new GrpcServerOptions();
        var services = endpoints.ServiceProvider;
        var runner = new ServerCallRunner(
            method.Path,
            options,
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Orch.Grpc"),
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);

        return endpoints.MapPost(method.Path, Serve).WithDisplayName($"gRPC {method.Path}");

        Task Serve(HttpContext http) => runner.RunAsync(http, lifetime =>
            handler(new GrpcServerStream<TRequest, TResponse>(http, lifetime, method, options.MaxMessageSize)));
    }

    private static async Task UnaryAsync<TRequest, TResponse>(
        GrpcServerStream<TRequest, TResponse> stream, Func<TRequest, GrpcServerCall, Task<TResponse>> handler)
    {
        if (!await stream.Requests.MoveNextAsync().ConfigureAwait(false))
            throw new GrpcException(GrpcStatus.Internal, "the call came without its request message");
        var request = stream.Requests.Current;
        if (await stream.Requests.MoveNextAsync().ConfigureAwait(false))
            throw new GrpcException(GrpcStatus.Internal, "the call came with more than one request message");

        var response = await handler(request, stream).ConfigureAwait(false);

        // Not flushed: message and status then leave in one packet when the request completes.
        await stream.WriteAsync(response, flush: false).ConfigureAwait(false);
    }
}
