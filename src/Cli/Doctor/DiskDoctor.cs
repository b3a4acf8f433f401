using System.Globalization;

namespace Orch.Cli.Doctor;

/// <summary>Space of the file system that holds a folder, in bytes.</summary>
internal sealed record DiskFacts(string What, string Folder, long Free, long Size);

/// <summary>Whether there is room for what must be kept.</summary>
internal static class DiskDoctor
{
    private const long Little = 1L << 30;
    private const long TooLittle = 128L << 20;

    public static Finding Look(DiskFacts disk)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{disk.What} {disk.Folder}: {disk.Free / (double)(1L << 30):0.0} of {disk.Size / (double)(1L << 30):0.0} GiB free");
        return disk.Free < TooLittle ? Finding.Problem("disk", text, "make room: without it nothing can be stored or started any more")
            : disk.Free < Little ? Finding.Warning("disk", text, "make room, or give it a larger disk") : Finding.Ok("disk", text);
    }
}
