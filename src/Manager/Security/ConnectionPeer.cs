using Orch.Contracts.Security;

namespace Orch.Manager.Security;

/// <summary>
/// Who is at the other end of a connection, found out once when it was made. <paramref name="Problem"/> says why a
/// certificate that was shown gives no identity. The end of validity is kept because connections outlive certificates.
/// </summary>
public sealed record ConnectionPeer(
    Callers Kind, PeerIdentity? Identity = null, DateTimeOffset? ValidUntil = null, string? Problem = null)
{
    /// <summary>The API token it came with, in words for a refusal.</summary>
    public string? Token { get; init; }

    public static ConnectionPeer LocalSocket { get; } = new(Callers.LocalSocket);

    public static ConnectionPeer Nobody { get; } = new(Callers.Anonymous);

    public static ConnectionPeer Unproven(string problem) => new(Callers.Anonymous, Problem: problem);

    public static ConnectionPeer Of(PeerIdentity identity, DateTimeOffset validUntil) => new(
        identity.Role switch
        {
            PeerRole.Worker => Callers.Worker,
            PeerRole.Manager => Callers.Manager,
            PeerRole.Admin => Callers.Admin,
            _ => Callers.Anonymous,
        },
        identity,
        validUntil);
}
