namespace Orch.Contracts.Security;

/// <summary>How an attempt to join ended.</summary>
public abstract record JoinResult
{
    private JoinResult() { }

    /// <summary>The machine is a node now. The key is the one the certificate was made for.</summary>
    public sealed record Joined(PeerIdentity Identity, string KeyPem, string CertificatePem, string RootPem,
        IReadOnlyList<string> Managers) : JoinResult
    {
        public override string ToString() => $"joined as {Identity}";
    }

    /// <summary><paramref name="Reason"/> is for the user. Trying again helps only if <paramref name="MayRetry"/>.</summary>
    public sealed record Refused(string Reason, bool MayRetry = false) : JoinResult;
}
