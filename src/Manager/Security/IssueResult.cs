namespace Orch.Manager.Security;

/// <summary>What became of a signing request.</summary>
public abstract record IssueResult
{
    private IssueResult() { }

    public sealed record Issued(string CertificatePem) : IssueResult;

    public sealed record Refused(string Reason) : IssueResult;
}
