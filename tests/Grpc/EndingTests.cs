using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orch.Grpc;
using Orch.Grpc.Client;
using Orch.Grpc.Server;
using static Orch.Tests.Grpc.TestMethods;

namespace Orch.Tests.Grpc;

public sealed class EndingTests
{
    [Fact]
    public async Task A_deadline_ends_the_call_on_both_sides()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        // A deadline counts from the call, connecting included: a slow machine may need a longer one to reach the handler.
        for (var patience = TimeSpan.FromMilliseconds(100); !server.HangStarted.Task.IsCompleted; patience *= 2)
        {
            var soon = new GrpcCallOptions { Timeout = patience };
            var error = await Assert.ThrowsAsync<GrpcException>(() => server.Connect(invoker).UnaryAsync(Hang, [], soon));
            Assert.Equal(GrpcStatus.DeadlineExceeded, error.Status);
        }

        Assert.True(await server.HangEnded.Task is GrpcStatus.DeadlineExceeded or GrpcStatus.Cancelled);
    }

    [Fact]
    public async Task The_server_watches_the_deadline_by_itself()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        // Only the header speaks of a deadline here, so the answer can come from nowhere else.
        var told = new GrpcCallOptions { Headers = [new("grpc-timeout", "100m")] };
        await using var call = await server.Connect(invoker).OpenDuplexAsync(Hang, told);
        var error = await Assert.ThrowsAsync<GrpcException>(async () => await call.Responses.MoveNextAsync());
        Assert.Equal(GrpcStatus.DeadlineExceeded, error.Status);
        Assert.Equal(GrpcStatus.DeadlineExceeded, await server.HangEnded.Task);
    }

    [Fact]
    public async Task Cancelling_reaches_the_handler()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        using var cancel = new CancellationTokenSource();
        await using var call = await server.Connect(invoker).OpenDuplexAsync(Hang, cancellation: cancel.Token);
        await server.HangStarted.Task;
        var reading = call.Responses.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(GrpcStatus.Cancelled, await server.HangEnded.Task);
    }

    [Fact]
    public async Task Disposing_reaches_the_handler_even_before_its_first_answer()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var call = await server.Connect(invoker).OpenDuplexAsync(Hang);
        await server.HangStarted.Task;
        await call.DisposeAsync();
        Assert.Equal(GrpcStatus.Cancelled, await server.HangEnded.Task);
    }

    [Fact]
    public async Task Giving_up_one_read_does_not_end_the_stream()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(Chat);
        using var cancel = new CancellationTokenSource();
        var reading = call.Responses.MoveNextAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await call.WriteAsync([5]);
        Assert.True(await call.Responses.MoveNextAsync());
        Assert.Equal([5], call.Responses.Current);
    }

    [Fact]
    public async Task A_stopping_server_ends_its_streams_and_says_so()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(Hang);
        await server.HangStarted.Task;
        var reading = call.Responses.MoveNextAsync().AsTask();
        await server.StopAsync();
        var error = await Assert.ThrowsAsync<GrpcException>(() => reading);
        Assert.Equal(GrpcStatus.Unavailable, error.Status);
        Assert.Equal(GrpcStatus.Unavailable, await server.HangEnded.Task);
        Assert.Contains("shutting down", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopping_server_lets_a_handler_say_goodbye()
    {
        var method = Method("Goodbye");
        var started = new TaskCompletionSource();
        await using var server = await EchoServer.StartAsync(map: (app, _) => app.MapGrpc(method, async stream =>
        {
            started.TrySetResult();
            await Assert.ThrowsAsync<GrpcException>(async () => await stream.Requests.MoveNextAsync());
            await stream.WriteAsync(Utf8("bye"));
        }));
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(method);
        await started.Task;
        await server.StopAsync();
        Assert.True(await call.Responses.MoveNextAsync());
        Assert.Equal("bye", Text(call.Responses.Current));
        Assert.False(await call.Responses.MoveNextAsync());
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = new GrpcChannel(invoker, new Uri($"http://{closed.LocalEndPoint}"));
        var unary = await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(Unary, []));
        var stream = await Assert.ThrowsAsync<GrpcException>(() => channel.OpenDuplexAsync(Chat));
        Assert.Equal((GrpcStatus.Unavailable, GrpcStatus.Unavailable), (unary.Status, stream.Status));
    }

    [Fact]
    public async Task A_lost_connection_is_unavailable_for_reads_and_writes()
    {
        var method = Method("Drop");
        await using var server = await EchoServer.StartAsync(map: (app, _) => app.MapGrpc(method, async stream =>
        {
            await stream.Requests.MoveNextAsync();
            stream.Http.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>()!.Abort();
        }));
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(method);
        await call.WriteAsync([1]);
        var read = await Assert.ThrowsAsync<GrpcException>(async () => await call.Responses.MoveNextAsync());
        var write = await Assert.ThrowsAsync<GrpcException>(async () => await call.WriteAsync([1]));
        Assert.Equal((GrpcStatus.Unavailable, GrpcStatus.Unavailable), (read.Status, write.Status));
    }

    [Fact]
    public async Task An_idle_stream_outlives_the_minimum_data_rate_of_the_server()
    {
        long? bodyLimit = 1;
        var method = Method("Rate");
        await using var server = await EchoServer.StartAsync(
            kestrel: options =>
                options.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.1)),
            map: (app, _) => app.MapGrpc(method, async stream =>
            {
                bodyLimit = stream.Http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize;
                await foreach (var message in stream.Requests) await stream.WriteAsync(message);
            }));
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(method);
        await call.WriteAsync([1]);
        Assert.True(await call.Responses.MoveNextAsync());
        Assert.Null(bodyLimit);

        // The silence itself is what is tested: it is twice what the server's rate would forgive.
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        await call.WriteAsync([2]);
        Assert.True(await call.Responses.MoveNextAsync());
        Assert.Equal([2], call.Responses.Current);
    }
}
