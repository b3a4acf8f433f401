using System.Reflection;

namespace Orch.Cli;

/// <summary>What this program says of itself.</summary>
internal static class Product
{
    public static string Version { get; } = (typeof(Product).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];
}
