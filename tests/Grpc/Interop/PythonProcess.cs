using System.Diagnostics;

namespace Orch.Tests.Grpc.Interop;

/// <summary>A script beside the tests. It ends with its standard input, so a crashed test run leaves nothing behind.</summary>
internal sealed class PythonProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private PythonProcess(Process process) => _process = process;

    /// <summary>The next line it prints; fails rather than waits for ever.</summary>
    public Task<string?> NextLineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(_patience);

    public static PythonProcess Start(string script, params string[] arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Interop", script);
        return new PythonProcess(Process.Start(new ProcessStartInfo(InteropFactAttribute.Python, ["-u", path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Runs to the end and returns what was printed; fails with the script's own error text.</summary>
    public async Task<string> RunAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        var output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        Assert.True(_process.ExitCode == 0, output + await errors);
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
