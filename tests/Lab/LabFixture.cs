using Xunit;

namespace Orch.Testing;

/// <summary>One lab for all tests of a class; derive with the options wanted. Where no lab can run it starts none,
/// because fixtures are created even when every test is skipped.</summary>
public abstract class LabFixture(LabOptions options) : IAsyncLifetime
{
    private Lab? _lab;

    public Lab Lab => _lab ?? throw new LabException(Missing ?? "The lab is not up.");

    /// <summary>Why this lab cannot be; null when it can.</summary>
    public virtual string? Missing => LabRequirements.Missing;

    public virtual async Task InitializeAsync()
    {
        if (Missing is null) _lab = await Lab.UpAsync(options);
    }

    public virtual async Task DisposeAsync()
    {
        if (_lab is not null) await _lab.DisposeAsync();
    }
}
