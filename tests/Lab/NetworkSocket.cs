using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orch.Testing;

/// <summary>Makes sockets in the network namespace of another process. A socket belongs for ever to the namespace of
/// the thread that made it, so a thread is sent there for the purpose and ends there.</summary>
public static partial class NetworkSocket
{
    private const int CloneNewNet = 0x40000000;

    public static Socket Create(
        HostProcess process, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        Socket? socket = null;
        Run(process, () => socket = new Socket(family, type, protocol));
        return socket!;
    }

    /// <summary>Does something there: all sockets that it makes on its own thread belong to that network.</summary>
    public static void Run(HostProcess process, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var traveller = new Thread(() =>
        {
            try
            {
                using var network = File.OpenHandle($"/proc/{process.Pid}/ns/net");
                if (SetNamespace(network, CloneNewNet) != 0)
                    throw new LabException($"Cannot enter the network of process {process.Pid}: " +
                        Marshal.GetLastPInvokeErrorMessage());
                work();
            }
            catch (Exception e) when (e is IOException or SocketException or LabException)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        traveller.Start();
        traveller.Join();
        failure?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int type);
}
