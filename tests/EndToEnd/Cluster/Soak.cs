using System.Globalization;

namespace Orch.Tests.EndToEnd.Cluster;

/// <summary>How many times a test repeats its fault: a small share by default, more through the environment.</summary>
internal static class Soak
{
    public static int Count(string name, int share) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count : share;
}
