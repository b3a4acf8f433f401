namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>Needs root and the tools that make namespaces and rules; says what is missing where it cannot run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelTheoryAttribute : TheoryAttribute
{
    private static readonly string[] Programs = ["unshare", "nsenter", "ip", "nft", "iptables-save"];

    public KernelTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("ORCH_REQUIRE_LAB") != "1")
            Skip = Missing();
    }

    private static string? Missing()
    {
        if (!Environment.IsPrivilegedProcess)
            return "needs root: it makes network namespaces";
        var absent = Programs.Where(program => !((string[])["/usr/sbin", "/usr/bin", "/sbin", "/bin"]).Any(folder => File.Exists($"{folder}/{program}"))).ToList();
        return absent.Count == 0 ? null : $"needs {string.Join(", ", absent)}";
    }
}
