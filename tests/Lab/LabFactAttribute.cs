using Xunit;

namespace Orch.Testing;

/// <summary>A test that needs a lab. Where none can run it is skipped and says what is missing; with
/// ORCH_REQUIRE_LAB=1 it runs nevertheless and fails, so that a build cannot turn green by skipping.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute()
    {
        if (!LabRequirements.Required) Skip = LabRequirements.Missing;
    }
}
