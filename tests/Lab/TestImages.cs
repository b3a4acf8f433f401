namespace Orch.Testing;

/// <summary>The images tests run, as one archive for <c>docker load</c>; images.sh lists them. Built once per host.
/// </summary>
public static class TestImages
{
    private static readonly Lazy<Task<string>> _archive = new(BuildAsync);

    /// <summary>Path of the archive.</summary>
    public static Task<string> ArchiveAsync() => _archive.Value;

    private static async Task<string> BuildAsync()
    {
        var script = Path.GetTempFileName();
        try
        {
            LabDirectory.WriteScript("images.sh", script);
            var result = await Shell.RunAsync(["sh", script], LabEnvironment.Variables);
            return result.EnsureSuccess().Output.Trim();
        }
        finally
        {
            File.Delete(script);
        }
    }
}
