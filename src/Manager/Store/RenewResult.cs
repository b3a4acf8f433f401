namespace Orch.Manager.Store;

/// <summary>Outcome of a renewal.</summary>
public abstract record RenewResult
{
    private RenewResult()
    {
    }

    public sealed record Renewed(ulong Renewals) : RenewResult;

    /// <summary>The caller no longer leads and must step down.</summary>
    public sealed record Refused(LeaderView Current) : RenewResult;
}
