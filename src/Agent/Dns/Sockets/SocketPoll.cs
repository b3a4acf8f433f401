using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orch.Agent.Dns;

/// <summary>
/// Many sockets awaited by one thread (epoll, level-triggered). Sockets may be added and removed by any thread at any
/// time; a number that was removed may still be reported once.
/// </summary>
internal sealed class SocketPoll : IDisposable
{
    private const int Most = 64;
    private const int StopNumber = 0;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int _dataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _size = _dataAt + 8;

    private readonly SafeFileHandle _poll = Open(LinuxSockets.CreatePoll(LinuxSockets.CloseOnExec), "epoll_create1");
    private readonly SafeFileHandle _stop = Open(LinuxSockets.CreateEvent(0, LinuxSockets.CloseOnExec), "eventfd");
    private readonly byte[] _events = GC.AllocateArray<byte>(Most * _size, pinned: true);

    public SocketPoll() => Add(_stop, StopNumber);

    /// <summary>Numbers begin at 1.</summary>
    public void Add(SafeHandle socket, int number)
    {
        var description = GC.AllocateArray<byte>(_size, pinned: true);
        MemoryMarshal.Write(description, LinuxSockets.Readable);
        MemoryMarshal.Write(description.AsSpan(_dataAt), (long)number);
        if (LinuxSockets.Control(_poll, LinuxSockets.Add, socket, Marshal.UnsafeAddrOfPinnedArrayElement(description, 0)) != 0)
            throw Failed("epoll_ctl");
        GC.KeepAlive(description);
    }

    /// <summary>A closed socket is removed by the kernel, unless another process still has it.</summary>
    public void Remove(SafeHandle socket) => _ = LinuxSockets.Control(_poll, LinuxSockets.Remove, socket, 0);

    /// <summary>Waits until something can be read; false when told to stop.</summary>
    public bool Wait(List<int> ready)
    {
        ready.Clear();
        int count;
        while ((count = LinuxSockets.Wait(_poll, Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0), Most, -1)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != LinuxSockets.Interrupted)
                throw Failed("epoll_wait");
        }
        for (var i = 0; i < count; i++)
        {
            var number = (int)MemoryMarshal.Read<long>(_events.AsSpan(i * _size + _dataAt));
            if (number == StopNumber)
                return false;
            ready.Add(number);
        }
        return true;
    }

    /// <summary>Every wait from now on returns at once.</summary>
    public void Stop() => _ = LinuxSockets.Raise(_stop, 1);

    public void Dispose()
    {
        _poll.Dispose();
        _stop.Dispose();
    }

    private static SafeFileHandle Open(int descriptor, string call) => descriptor >= 0 ? new(descriptor, true) : throw Failed(call);

    private static Win32Exception Failed(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new(error, $"{call}: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
