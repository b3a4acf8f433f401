namespace Orch.Tests.Manager.Store;

/// <summary>A directory that is gone after the test; in memory where the system has one, as most tests want speed.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory(bool onDisk = false)
    {
        var parent = !onDisk && Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath();
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, $"orch-test-{Guid.NewGuid():N}")).FullName;
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
