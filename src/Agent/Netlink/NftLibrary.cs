using System.Runtime.InteropServices;
using System.Text;

namespace Orch.Agent.Netlink;

/// <summary>
/// Runs rules in nft's language as one transaction, by the library that nft itself is made of: a process for each change
/// costs more than the change. For one thread.
/// </summary>
internal sealed class NftLibrary : IDisposable
{
    private const string Library = "libnftables.so.1";

    /// <summary>Then the library's memory of the kernel's tables is thrown away.</summary>
    private const int MostRuns = 1000;
    private nint _context;
    private int _runs;

    /// <summary>Why the rules were refused; null when the kernel has taken all of them. A trial changes nothing.</summary>
    public string? Run(string text, bool trial = false)
    {
        if (_context == 0 && (_context = Open()) == 0)
            return "the nftables library does not start";
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        SetTrial(_context, trial);
        var refused = Execute(_context, bytes) != 0;
        var reason = refused ? Marshal.PtrToStringUTF8(Errors(_context))?.Trim() : null;
        if (refused || ++_runs >= MostRuns)
            Dispose();
        return refused ? Shortened(reason) : null;
    }

    public void Dispose()
    {
        if (_context != 0)
            Free(_context);
        (_context, _runs) = (0, 0);
    }

    private static nint Open()
    {
        var context = New(0);
        if (context != 0)
        {
            _ = BufferOutput(context);
            _ = BufferErrors(context);
        }
        return context;
    }

    /// <summary>The first complaint and the beginning of the line it is about, which may be very long.</summary>
    private static string Shortened(string? reason)
    {
        var lines = reason?.Split('\n') ?? [];
        return lines.Length == 0 || lines[0].Length == 0
            ? "refused without a reason"
            : string.Join(": ", lines.Take(2).Select(line => line.Length > 160 ? line[..160] + "…" : line));
    }

    [DllImport(Library, EntryPoint = "nft_ctx_new")]
    private static extern nint New(uint flags);

    [DllImport(Library, EntryPoint = "nft_ctx_free")]
    private static extern void Free(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    private static extern int BufferOutput(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    private static extern int BufferErrors(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    private static extern nint Errors(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_set_dry_run")]
    private static extern void SetTrial(nint context, [MarshalAs(UnmanagedType.U1)] bool trial);

    [DllImport(Library, EntryPoint = "nft_run_cmd_from_buffer")]
    private static extern int Execute(nint context, byte[] text);
}
