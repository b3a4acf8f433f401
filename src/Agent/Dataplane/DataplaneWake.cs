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

    /// <summary>Until it is set, then true; or until the kernel tells of something or the time is over.</summary>
    public bool Wait(TimeSpan longest, params ReadOnlySpan<SafeFileHandle> others)
    {
        var entries = new Libc.PollEntry[others.Length + 1];
        entries[0] = Entry(_counter);
        for (var index = 0; index < others.Length; index++)
            entries[index + 1] = Entry(others[index]);
        _ = Libc.Poll(entries, (nuint)entries.Length, Math.Max(0, (int)Math.Ceiling(longest.TotalMilliseconds)));
        ulong value = 0;
        return Libc.Read(_counter, ref value, sizeof(ulong)) > 0;
    }

    private static Libc.PollEntry Entry(SafeFileHandle handle) =>
        new() { Descriptor = (int)handle.DangerousGetHandle(), Events = Libc.Readable };
}
