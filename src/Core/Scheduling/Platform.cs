namespace Orch.Core.Scheduling;

/// <summary>
/// The kernel and the image registries name the same machines differently (x86_64, amd64); here they have one name,
/// the registries'.
/// </summary>
internal static class Platform
{
    public static string Architecture(string name) => name.ToUpperInvariant() switch
    {
        "X86_64" or "X86-64" or "AMD64" => "amd64",
        "AARCH64" or "ARM64" => "arm64",
        "ARMV7L" or "ARMV6L" or "ARMHF" or "ARM" => "arm",
        "I386" or "I486" or "I586" or "I686" or "X86" or "386" => "386",
        _ => name,
    };
}
