using System.Diagnostics;
using System.Globalization;

namespace Orch.Tests.EndToEnd;

/// <summary>A process of its own that brings a lab up and can be killed.</summary>
internal sealed class LabOwner : IDisposable
{
    private readonly Process _process;

    private LabOwner(Process process, string labName) => (_process, LabName) = (process, labName);

    public static string Tool { get; } = Path.Combine(AppContext.BaseDirectory, "lab.dll");

    public string LabName { get; }

    public static async Task<LabOwner> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [Tool, "up", "1", "--label", "owned"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var said = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return said?.Split(' ') is ["up", var name, ..] ? new LabOwner(process, name)
            : throw new LabException($"The lab's owner said '{said}'.");
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    public HostProcess Keeper
    {
        get
        {
            var directory = Lab.Running().Single(path => Path.GetFileName(path) == LabName);
            var words = File.ReadAllText($"{directory}/keeper").Split(' ');
            return new HostProcess(
                int.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
        }
    }
}
