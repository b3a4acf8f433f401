namespace Orch.Contracts.Security;

/// <summary>What the holder of a certificate may act as. Nodes are workers or managers; an admin is a person's client.</summary>
public enum PeerRole
{
    Worker = 1,
    Manager = 2,
    Admin = 3,
}

public static class PeerRoles
{
    /// <summary>The role as certificates name it in their OU.</summary>
    public static string Unit(this PeerRole role) => $"orch-{role.Word()}";

    /// <summary>The role as the identity URI and the API name it.</summary>
    public static string Word(this PeerRole role) => role switch
    {
        PeerRole.Worker => "worker",
        PeerRole.Manager => "manager",
        PeerRole.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "unknown role"),
    };
}
