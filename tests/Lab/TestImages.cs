namespace Orch.Testing;

/// <summary>The images tests run, as archives for <c>docker load</c>, each built once per host.</summary>
public static class TestImages
{
    private static readonly Lazy<Task<string>> _archive = new(() => BuildAsync("images.sh"));
    private static readonly Lazy<Task<string>> _echo = new(() => BuildAsync("echo.sh"));

    /// <summary>Path of the archive with what every engine gets; images.sh lists it.</summary>
    public static Task<string> ArchiveAsync() => _archive.Value;

    /// <summary>Path of the archive with the server for tests of networks; echo.sh says what it does.</summary>
    public static Task<string> EchoAsync() => _echo.Value;

    private static async Task<string> BuildAsync(string name)
    {
        var script = Path.GetTempFileName();
        try
        {
            LabDirectory.WriteScript(name, script);
            var result = await Shell.RunAsync(["sh", script], LabEnvironment.Variables);
            return result.EnsureSuccess().Output.Trim();
        }
        finally
        {
            File.Delete(script);
        }
    }
}
