using System.Runtime.CompilerServices;

namespace Orch.Tests.Manager.Store;

/// <summary>
/// Bytes of released formats. ORCH_WRITE_GOLDEN=1 writes those that do not exist yet; an existing one is never touched.
/// </summary>
internal static class GoldenFile
{
    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>The golden bytes, after making sure that they are what is written today.</summary>
    public static byte[] Check(string name, byte[] today)
    {
        WriteMissing(name, today);
        var golden = Read(name);
        Assert.Equal(golden, today);
        return golden;
    }

    public static void WriteMissing(string name, byte[] bytes, [CallerFilePath] string here = "")
    {
        if (Environment.GetEnvironmentVariable("ORCH_WRITE_GOLDEN") != "1")
            return;
        var source = Path.Combine(Path.GetDirectoryName(here)!, "golden", name + ".bin");
        if (!File.Exists(source))
            File.WriteAllBytes(source, bytes);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.Copy(source, PathOf(name), overwrite: true);
    }

    private static string PathOf(string name) =>
        Path.Combine(AppContext.BaseDirectory, "Store", "golden", name + ".bin");
}
