using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>
/// A network namespace with nothing but a descriptor to hold it: it ends with this process, however that ends. Work in it
/// runs on threads of its own, by blocking calls only, so that no shared thread is ever born in here.
/// </summary>
internal sealed class Space
{
    private const int NetworkNamespace = 0x40000000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private readonly int _descriptor;

    public Space() => _descriptor = OnThread(() =>
    {
        if (Unshare(NetworkNamespace) != 0)
            throw new InvalidOperationException($"unshare: {Marshal.GetLastPInvokeErrorMessage()}");
        return Open("/proc/thread-self/ns/net", 0);
    });

    /// <summary>For the ip and nsenter commands.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_descriptor}";

    public T Run<T>(Func<T> work) => OnThread(() =>
    {
        Enter();
        return work();
    });

    public void Serve(Action work) => new Thread(() =>
    {
        Enter();
        work();
    })
    { IsBackground = true }.Start();

    /// <summary>Answers every connection and datagram with its name and the peer's address.</summary>
    public void Answer(string name, int port)
    {
        var ready = new CountdownEvent(2);
        Serve(() =>
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Any, port));
            listener.Listen(100);
            ready.Signal();
            while (true)
            {
                var client = listener.Accept();
                Serve(() => AnswerLines(client, name));
            }
        });
        Serve(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            ready.Signal();
            var buffer = new byte[100];
            while (true)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                socket.ReceiveFrom(buffer, ref from);
                socket.SendTo(Encoding.UTF8.GetBytes($"{name} {((IPEndPoint)from).Address}"), from);
            }
        });
        if (!ready.Wait(Longest))
            throw new TimeoutException($"{name} does not listen");
    }

    /// <summary>"name peer" of who answered, or the error's name.</summary>
    public string Ask(ProtocolType protocol, string address, int port) => Run(() => AskHere(protocol, address, port));

    public static string AskHere(ProtocolType protocol, string address, int port)
    {
        using var asker = new Asker(protocol);
        return asker.Ask(address, port);
    }

    private static void AnswerLines(Socket client, string name)
    {
        using (client)
        {
            var buffer = new byte[100];
            var peer = ((IPEndPoint)client.RemoteEndPoint!).Address;
            try
            {
                while (client.Receive(buffer) > 0)
                    client.Send(Encoding.UTF8.GetBytes($"{name} {peer}"));
            }
            catch (SocketException)
            {
                // The client is gone.
            }
        }
    }

    private static T OnThread<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        if (!thread.Join(Longest))
            throw new TimeoutException("a thread in another network namespace does not end");
        failure?.Throw();
        return result;
    }

    private void Enter()
    {
        if (SetNamespace(_descriptor, NetworkNamespace) != 0)
            throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static extern int Unshare(int flags);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(int descriptor, int type);

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Open(string path, int flags);
}

/// <summary>A client that keeps its socket from question to question.</summary>
internal sealed class Asker : IDisposable
{
    private readonly Socket _socket;

    public Asker(ProtocolType protocol)
    {
        var type = protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram;
        _socket = new(AddressFamily.InterNetwork, type, protocol) { SendTimeout = 5_000, ReceiveTimeout = 5_000 };
    }

    public string Ask(string address, int port)
    {
        try
        {
            if (!_socket.Connected)
                _socket.Connect(IPAddress.Parse(address), port);
            _socket.Send("?"u8);
            var buffer = new byte[100];
            return Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer));
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode.ToString();
        }
    }

    public void Dispose() => _socket.Dispose();
}
