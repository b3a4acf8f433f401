using Xunit;

namespace Orch.Testing;

/// <summary>A test that needs a lab and engines of other Debian releases; skipped, saying why, where either cannot be had.
/// Other than a lab, they need a mirror, which no build host owes anybody.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineFactAttribute : FactAttribute
{
    public EngineFactAttribute(params string[] releases) =>
        Skip = (LabRequirements.Required ? null : LabRequirements.Missing) ?? EngineRoot.Missing(releases);
}
