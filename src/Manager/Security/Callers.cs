namespace Orch.Manager.Security;

/// <summary>Kinds of callers, as access rules name them. Everybody includes those without any identity.</summary>
[Flags]
public enum Callers
{
    None = 0,

    /// <summary>A process on this machine, through the control socket whose file mode guards it.</summary>
    LocalSocket = 1,
    Manager = 2,
    Worker = 4,

    /// <summary>A person's client certificate.</summary>
    Admin = 8,
    Anonymous = 16,

    /// <summary>A node with a good certificate that was removed from the cluster: it may only be told so.</summary>
    RemovedNode = 32,

    /// <summary>Bearers of API tokens, by role.</summary>
    TokenViewer = 64,
    TokenOperator = 128,
    TokenAdmin = 256,

    Nodes = Manager | Worker,
    Operators = LocalSocket | Admin,
    Everybody = LocalSocket | Manager | Worker | Admin | Anonymous | RemovedNode | TokenViewer | TokenOperator | TokenAdmin,
}
