using System.Globalization;
using Orch.Grpc;
using Orch.Grpc.Client;
using Orch.Grpc.Server;
using static Orch.Tests.Grpc.TestMethods;

namespace Orch.Tests.Grpc.Interop;

/// <summary>The runtime against the reference implementation, in both directions.</summary>
public sealed class PythonTests
{
    private const int MiB = 1024 * 1024;

    [InteropFact]
    public async Task A_python_client_is_content_with_our_server()
    {
        await using var server = await EchoServer.StartAsync(new GrpcServerOptions { MaxMessageSize = 32 * MiB });
        await using var client = PythonProcess.Start("client.py", server.Address.Authority);
        var output = await client.RunAsync();
        Assert.Equal(15, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [InteropFact]
    public async Task Our_client_talks_to_a_python_server()
    {
        await using var server = PythonProcess.Start("server.py");
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = await ConnectAsync(server, invoker);

        Assert.Equal("hello", Text(await channel.UnaryAsync(Unary, Utf8("hello"))));
        Assert.Equal(20 * MiB, (await channel.UnaryAsync(Unary, new byte[20 * MiB])).Length);

        await using var chat = await channel.OpenDuplexAsync(Chat);
        for (byte i = 0; i < 10; i++)
        {
            await chat.WriteAsync([i]);
            Assert.True(await chat.Responses.MoveNextAsync());
            Assert.Equal([i], chat.Responses.Current);
        }

        await chat.CompleteAsync();
        Assert.False(await chat.Responses.MoveNextAsync());

        var count = 0;
        await foreach (var message in channel.ServerStreamAsync(Count, [50])) Assert.Equal(++count, message[0]);
        Assert.Equal(50, count);
    }

    [InteropFact]
    public async Task Our_client_reads_the_statuses_of_a_python_server()
    {
        await using var server = PythonProcess.Start("server.py");
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = await ConnectAsync(server, invoker);

        const string Reason = "100 % größer → naïve";
        Assert.Equal((GrpcStatus.FailedPrecondition, Reason), await FailureAsync(channel.UnaryAsync(Fail, Utf8(Reason))));
        Assert.Equal(GrpcStatus.Unimplemented, (await FailureAsync(channel.UnaryAsync(Method("Nope"), []))).Status);
        Assert.Equal(GrpcStatus.Unimplemented,
            (await FailureAsync(channel.UnaryAsync(Method("Compressed"), []))).Status);
        Assert.Equal(GrpcStatus.ResourceExhausted,
            (await FailureAsync(channel.UnaryAsync(Unary, new byte[22 * MiB]))).Status);

        await using var late = await channel.OpenDuplexAsync(FailLate);
        await late.CompleteAsync();
        Assert.True(await late.Responses.MoveNextAsync());
        Assert.True(await late.Responses.MoveNextAsync());
        Assert.Equal((GrpcStatus.Aborted, "after two"), await FailureAsync(late.Responses.MoveNextAsync().AsTask()));
    }

    [InteropFact]
    public async Task A_python_server_that_stays_silent_still_counts_as_open_and_sees_the_end()
    {
        await using var server = PythonProcess.Start("server.py");
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create());
        var channel = await ConnectAsync(server, invoker);

        // A call whose deadline passes before it reaches the server would end nothing there.
        Assert.Equal("hello", Text(await channel.UnaryAsync(Unary, Utf8("hello"))));
        var soon = new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(1) };
        await using var hang = await channel.OpenDuplexAsync(Hang, soon);
        Assert.Equal(GrpcStatus.DeadlineExceeded, (await FailureAsync(hang.Responses.MoveNextAsync().AsTask())).Status);
        Assert.Equal("hang ended", await server.NextLineAsync());

        var disposed = await channel.OpenDuplexAsync(Hang);
        await disposed.WriteAsync([1]);
        await disposed.DisposeAsync();
        Assert.Equal("hang ended", await server.NextLineAsync());
    }

    private static async Task<GrpcChannel> ConnectAsync(PythonProcess server, HttpMessageInvoker invoker)
    {
        var port = int.Parse((await server.NextLineAsync())!, CultureInfo.InvariantCulture);
        var options = new GrpcChannelOptions { MaxMessageSize = 32 * MiB };
        return new GrpcChannel(invoker, new Uri($"http://127.0.0.1:{port}"), options);
    }

    private static async Task<(GrpcStatus Status, string Message)> FailureAsync(Task call)
    {
        var error = await Assert.ThrowsAsync<GrpcException>(() => call);
        return (error.Status, error.Message);
    }
}
