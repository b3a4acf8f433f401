using Orch.Core.Model;

namespace Orch.Contracts.Security;

/// <summary>
/// Who a certificate speaks for. <paramref name="Name"/> is the node id of a node and the chosen name of an admin, whose
/// <paramref name="Node"/> is none.
/// </summary>
public sealed record PeerIdentity(PeerRole Role, ClusterId Cluster, NodeId Node, string Name)
{
    private const string Scheme = "orch://";
    private const int MaxNameLength = 63;

    public static PeerIdentity OfNode(ClusterId cluster, NodeId node, PeerRole role) =>
        role is PeerRole.Worker or PeerRole.Manager && !node.IsNone
            ? new PeerIdentity(role, cluster, node, node.ToString())
            : throw new ArgumentException($"{role} '{node}' is not a node");

    public static PeerIdentity OfAdmin(ClusterId cluster, string name) => IsName(name)
        ? new PeerIdentity(PeerRole.Admin, cluster, default, name)
        : throw new ArgumentException($"'{name}' is not a name of 1 to {MaxNameLength} characters of a-z 0-9 . _ -");

    /// <summary>The identity as the one URI in a certificate's subject alternative names.</summary>
    public string Uri => Role == PeerRole.Admin
        ? $"{Scheme}{Cluster}/admin/{Name}"
        : $"{Scheme}{Cluster}/node/{Name}/{Role.Word()}";

    /// <summary>Null for everything that <see cref="Uri"/> would not have written, to the character.</summary>
    public static PeerIdentity? Parse(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal)) return null;
        var parts = uri[Scheme.Length..].Split('/');
        if (!Ids.TryParse<ClusterId>(parts[0], out var cluster) || cluster.IsNone) return null;
        return parts switch
        {
            [_, "node", var id, "worker"] => NodeOf(cluster, id, PeerRole.Worker),
            [_, "node", var id, "manager"] => NodeOf(cluster, id, PeerRole.Manager),
            [_, "admin", var name] when IsName(name) => new PeerIdentity(PeerRole.Admin, cluster, default, name),
            _ => null,
        };
    }

    public override string ToString() => Role == PeerRole.Admin ? $"admin {Name}" : $"{Role.Word()} {Name}";

    private static PeerIdentity? NodeOf(ClusterId cluster, string id, PeerRole role) =>
        Ids.TryParse<NodeId>(id, out var node) && !node.IsNone ? new PeerIdentity(role, cluster, node, id) : null;

    private static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
}
