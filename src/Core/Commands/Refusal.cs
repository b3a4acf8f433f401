namespace Orch.Core.Commands;

/// <summary>Why a command was refused, in a kind (which the API maps to a status) and in words a user can act on.</summary>
public sealed record Refusal(RefusalKind Kind, string Message);

public enum RefusalKind
{
    /// <summary>The request itself is wrong (400).</summary>
    Invalid,

    /// <summary>The named object does not exist (404).</summary>
    NotFound,

    /// <summary>The name or port is taken (409, or 400 where Docker says so).</summary>
    AlreadyExists,

    /// <summary>The object changed since it was read (500 with Docker's text: clients retry by text).</summary>
    OutOfSequence,

    /// <summary>Docker does not do that, and neither does orch (501).</summary>
    Unsupported,

    /// <summary>Not now: the object's state forbids it (400).</summary>
    FailedPrecondition,
}
