namespace Orch.Tests.Manager.Security;

/// <summary>The real clock, moved by hand; timers stay real.</summary>
internal sealed class TestClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
