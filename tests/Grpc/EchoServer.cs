using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Orch.Grpc;
using Orch.Grpc.Client;
using Orch.Grpc.Server;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Tests.Grpc;

/// <summary>A server on a free loopback port with the methods every test calls.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Completes with the status a Hang handler saw when its call ended.</summary>
    public TaskCompletionSource<GrpcStatus> HangEnded { get; } = new();

    public TaskCompletionSource HangStarted { get; } = new();

    public static async Task<EchoServer> StartAsync(
        GrpcServerOptions? options = null,
        Action<KestrelServerOptions>? kestrel = null,
        X509Certificate2? certificate = null,
        Action<WebApplication, EchoServer>? map = null,
        HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            GrpcListener.Tune(server);
            kestrel?.Invoke(server);
            server.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (certificate is null) return;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.AllowAnyClientCertificate();
                });
            });
        });
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();

        var app = builder.Build();
        var server = new EchoServer(app);
        server.MapEcho(options);
        map?.Invoke(app, server);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.Single());
        return server;
    }

    public GrpcChannel Connect(HttpMessageInvoker invoker, GrpcChannelOptions? options = null) =>
        new(invoker, Address, options);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void MapEcho(GrpcServerOptions? options)
    {
        _app.MapGrpc(TestMethods.Unary, (request, _) => Task.FromResult(request), options);
        _app.MapGrpc(TestMethods.Chat, async stream =>
        {
            await foreach (var message in stream.Requests) await stream.WriteAsync(message);
        }, options);
        _app.MapGrpc(TestMethods.Count, async stream =>
        {
            await foreach (var limit in stream.Requests)
                for (var i = 1; i <= limit[0]; i++) await stream.WriteAsync([(byte)i], flush: false);
        }, options);
        _app.MapGrpc(TestMethods.Fail, Task<byte[]> (request, _) =>
            throw new GrpcException(GrpcStatus.FailedPrecondition, TestMethods.Text(request)), options);
        _app.MapGrpc(TestMethods.FailLate, async stream =>
        {
            await stream.WriteAsync([1], flush: false);
            await stream.WriteAsync([2], flush: false);
            throw new GrpcException(GrpcStatus.Aborted, "after two");
        }, options);
        _app.MapGrpc(TestMethods.Hang, HangAsync, options);
    }

    private async Task HangAsync(GrpcServerStream<byte[], byte[]> stream)
    {
        HangStarted.TrySetResult();
        try
        {
            await stream.StartAsync();
            while (await stream.Requests.MoveNextAsync()) { }
            await Task.Delay(Timeout.Infinite, stream.Cancellation);
        }
        catch (GrpcException end)
        {
            HangEnded.TrySetResult(end.Status);
            throw;
        }
        catch (OperationCanceledException)
        {
            HangEnded.TrySetResult(GrpcStatus.Cancelled);
            throw;
        }
    }
}
