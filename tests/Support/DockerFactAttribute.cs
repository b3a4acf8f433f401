using Xunit;

namespace Orch.Tests.Support;

/// <summary>Asks Docker's client; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DockerFactAttribute : FactAttribute
{
    public DockerFactAttribute() => Skip = DockerClient.Missing;
}

/// <summary>The same for many files.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DockerTheoryAttribute : TheoryAttribute
{
    public DockerTheoryAttribute() => Skip = DockerClient.Missing;
}

/// <summary>The docker command of this machine.</summary>
public static class DockerClient
{
    /// <summary>Why nothing can be asked, or null.</summary>
    public static string? Missing => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "docker"))) ? null : "there is no docker client in the PATH";
}
