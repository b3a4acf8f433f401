using Xunit;

namespace Orch.Testing;

/// <summary>As <see cref="LabFactAttribute"/>, for a test with several sets of data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LabTheoryAttribute : TheoryAttribute
{
    public LabTheoryAttribute()
    {
        if (!LabRequirements.Required) Skip = LabRequirements.Missing;
    }
}
