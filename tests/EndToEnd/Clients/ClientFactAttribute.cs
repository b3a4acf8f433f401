namespace Orch.Tests.EndToEnd.Clients;

/// <summary>A lab test of a client that others wrote; where it is not installed the test is skipped and says how to get it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClientFactAttribute : FactAttribute
{
    /// <summary>Each of the paths (with semicolons), or one of its alternatives (with commas), shows that the client is there.</summary>
    public ClientFactAttribute(string paths, string install)
    {
        if (!LabRequirements.Required && LabRequirements.Missing is { } missing)
            Skip = missing;
        else if (!paths.Split(';').All(path => path.Split(',').Any(Path.Exists)))
            Skip = $"not installed, and scripts/install-deps.sh test could not: {install}";
    }
}
