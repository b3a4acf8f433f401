using System.Reflection;

namespace Orch.Manager.Api;

/// <summary>Which build this is, as the API shows it.</summary>
internal static class Product
{
    private static readonly string[] Informational = (typeof(Product).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+', 2);

    public static string Version => Informational[0];

    /// <summary>Empty where the build knew none.</summary>
    public static string Commit => Informational.Length > 1 ? Informational[1] : "";
}
