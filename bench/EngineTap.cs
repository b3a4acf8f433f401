using System.Diagnostics;
using System.Net.Sockets;

namespace Orch.Bench;

/// <summary>
/// A socket in front of an engine that passes everything on and notes when a container create arrives: the moment at
/// which the control plane is done and the engine begins.
/// </summary>
internal sealed class EngineTap : IAsyncDisposable
{
    private static readonly byte[] _mark = "/containers/create"u8.ToArray();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _engine;
    private TaskCompletionSource<long> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EngineTap(string path, string engine)
    {
        File.Delete(path);
        _engine = engine;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(64);
        _ = AcceptAsync();
    }

    /// <summary>Completes with the timestamp of the next create; ask before causing it.</summary>
    public Task<long> NextCreate()
    {
        _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _next.Task;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the benchmark is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(_engine));
            await Task.WhenAny(PumpAsync(client, engine, watch: true), PumpAsync(engine, client, watch: false));
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool watch)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (watch && buffer.AsSpan(0, count).IndexOf(_mark) >= 0)
                    _next.TrySetResult(Stopwatch.GetTimestamp());
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side hung up; the other follows.
        }
    }
}
