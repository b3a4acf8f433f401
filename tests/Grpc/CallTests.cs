using Orch.Contracts.Agent;
using Orch.Grpc;
using Orch.Grpc.Client;
using Orch.Grpc.Server;
using static Orch.Tests.Grpc.TestMethods;

namespace Orch.Tests.Grpc;

public sealed class CallTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task A_unary_call_returns_the_answer()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        Assert.Equal("hello", Text(await server.Connect(invoker).UnaryAsync(Unary, Utf8("hello"))));
    }

    [Fact]
    public async Task Protobuf_messages_survive_the_trip()
    {
        var method = GrpcMethod.Create(Service, "Epoch", Epoch.Parser, Epoch.Parser);
        await using var server = await EchoServer.StartAsync(map: (app, _) => app.MapGrpc(
            method, (request, _) => Task.FromResult(new Epoch { Incarnation = request.Incarnation + 1, Term = 7 })));
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var answer = await server.Connect(invoker).UnaryAsync(method, new Epoch { Incarnation = 41 });
        Assert.Equal(new Epoch { Incarnation = 42, Term = 7 }, answer);
    }

    [Fact]
    public async Task Both_sides_of_a_stream_take_turns()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(Chat);
        for (byte i = 0; i < 100; i++)
        {
            await call.WriteAsync([i]);
            Assert.True(await call.Responses.MoveNextAsync());
            Assert.Equal([i], call.Responses.Current);
        }

        await call.CompleteAsync();
        Assert.False(await call.Responses.MoveNextAsync());
        Assert.False(await call.Responses.MoveNextAsync());
    }

    [Fact]
    public async Task A_server_stream_arrives_whole_and_in_order()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var numbers = new List<byte>();
        await foreach (var message in server.Connect(invoker).ServerStreamAsync(Count, [200])) numbers.Add(message[0]);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (byte)i), numbers);
    }

    [Fact]
    public async Task More_streams_than_one_connection_allows_open_further_connections()
    {
        await using var server = await EchoServer.StartAsync(
            kestrel: options => options.Limits.Http2.MaxStreamsPerConnection = 10);
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = server.Connect(invoker);
        var calls = new List<GrpcDuplexCall<byte[], byte[]>>();
        for (var i = 0; i < 35; i++)
        {
            // One at a time: a new connection's limit is known with the server's first answer on it, and streams
            // opened in excess before that are refused (unavailable, to be tried again).
            var call = await channel.OpenDuplexAsync(Chat);
            await call.WriteAsync([9]);
            Assert.True(await call.Responses.MoveNextAsync());
            calls.Add(call);
        }

        foreach (var call in calls)
        {
            await call.WriteAsync([8]);
            Assert.True(await call.Responses.MoveNextAsync());
            await call.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("100 % größer\n→ \"naïve\"")]
    [InlineData("%41 stays %4")]
    public async Task A_refusal_carries_its_code_and_text(string reason)
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var error = await Assert.ThrowsAsync<GrpcException>(
            () => server.Connect(invoker).UnaryAsync(Fail, Utf8(reason)));
        Assert.Equal((GrpcStatus.FailedPrecondition, reason), (error.Status, error.Message));
    }

    [Fact]
    public async Task A_status_after_messages_comes_after_the_messages()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        await using var call = await server.Connect(invoker).OpenDuplexAsync(FailLate);
        Assert.True(await call.Responses.MoveNextAsync());
        Assert.True(await call.Responses.MoveNextAsync());
        Assert.Equal([2], call.Responses.Current);
        var error = await Assert.ThrowsAsync<GrpcException>(async () => await call.Responses.MoveNextAsync());
        Assert.Equal((GrpcStatus.Aborted, "after two"), (error.Status, error.Message));
    }

    [Fact]
    public async Task An_unknown_method_is_unimplemented()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var error = await Assert.ThrowsAsync<GrpcException>(
            () => server.Connect(invoker).UnaryAsync(Method("Nope"), []));
        Assert.Equal(GrpcStatus.Unimplemented, error.Status);
    }

    [Fact]
    public async Task A_bug_in_a_handler_tells_the_client_nothing_about_the_server()
    {
        var method = Method("Bug");
        await using var server = await EchoServer.StartAsync(map: (app, _) => app.MapGrpc(
            method, Task<byte[]> (_, _) => throw new FormatException("secret path /etc/orch")));
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var error = await Assert.ThrowsAsync<GrpcException>(() => server.Connect(invoker).UnaryAsync(method, []));
        Assert.Equal(GrpcStatus.Unknown, error.Status);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_20_MB_passes_both_ways()
    {
        var limit = new GrpcServerOptions { MaxMessageSize = 32 * MiB };
        await using var server = await EchoServer.StartAsync(limit);
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = server.Connect(invoker, new GrpcChannelOptions { MaxMessageSize = 32 * MiB });
        var message = new byte[20 * MiB];
        new Random(1).NextBytes(message);
        var answer = await channel.UnaryAsync(Unary, message);
        Assert.True(message.AsSpan().SequenceEqual(answer));
    }

    [Fact]
    public async Task A_request_over_the_limit_is_refused_by_the_server()
    {
        await using var server = await EchoServer.StartAsync(new GrpcServerOptions { MaxMessageSize = MiB });
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = server.Connect(invoker);
        var error = await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(Unary, new byte[20 * MiB]));
        Assert.Equal(GrpcStatus.ResourceExhausted, error.Status);
        Assert.Equal([1], await channel.UnaryAsync(Unary, [1]));
    }

    [Fact]
    public async Task A_response_over_the_limit_is_refused_by_the_client()
    {
        await using var server = await EchoServer.StartAsync();
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = server.Connect(invoker, new GrpcChannelOptions { MaxMessageSize = 1000 });
        var error = await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(Unary, new byte[1001]));
        Assert.Equal(GrpcStatus.ResourceExhausted, error.Status);
        Assert.Equal(1000, (await channel.UnaryAsync(Unary, new byte[1000])).Length);
    }
}
