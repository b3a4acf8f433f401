using Microsoft.Win32.SafeHandles;
using Orch.Agent.Netlink;

namespace Orch.Agent.Dataplanes;

/// <summary>Wakes the thread out of its wait for the kernel. Lives as long as the process, so late callers harm nobody.</summary>
internal sealed class DataplaneWake
{
    private readonly SafeFileHandle _counter = Libc.OpenCounter();

    public void Set()
    {
        ulong one = 1;
        _ = Libc.Write(_counter, ref one, sizeof(ulong));
    }

    /// <summary>Until it is set, the kernel tells of something, or the time is over: then false.</summary>
    public bool Wait(TimeSpan longest, params ReadOnlySpan<SafeFileHandle> others)
    {
        var entries = new Libc.PollEntry[others.Length + 1];
        entries[0] = Entry(_counter);
        for (var index = 0; index < others.Length; index++)
            entries[index + 1] = Entry(others[index]);
        var ready = Libc.Poll(entries, (nuint)entries.Length, (int)longest.TotalMilliseconds);
        ulong value = 0;
        _ = Libc.Read(_counter, ref value, sizeof(ulong));
        return ready != 0;
    }

    private static Libc.PollEntry Entry(SafeFileHandle handle) =>
        new() { Descriptor = (int)handle.DangerousGetHandle(), Events = Libc.Readable };
}
