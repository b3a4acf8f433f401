using System.Diagnostics;

namespace Orch.Tests.Grpc.Interop;

/// <summary>Needs another implementation of gRPC. Skips with the reason, unless ORCH_REQUIRE_INTEROP=1 forbids it.</summary>
public sealed class InteropFactAttribute : FactAttribute
{
    public const string Python = "/usr/bin/python3";
    private const string Missing = "python3-grpcio is not installed (apt-get install python3-grpcio)";

    private static readonly Lazy<bool> _available = new(Probe);

    public InteropFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("ORCH_REQUIRE_INTEROP") == "1") return;
        if (!_available.Value) Skip = Missing;
    }

    private static bool Probe()
    {
        if (!File.Exists(Python)) return false;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import grpc"])
        {
            RedirectStandardError = true,
        })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
