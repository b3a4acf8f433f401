using Orch.Core.Commands;

namespace Orch.Manager.Api;

/// <summary>Why a request is refused: the HTTP status, and words that a user can act on.</summary>
public sealed record Problem(int Status, string Message)
{
    /// <summary>What to wait before asking again, where asking again may help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static readonly Problem PageNotFound = new(404, "page not found");

    /// <summary>Docker's statuses (docker-api §2, §8): a stale version is a 500, because clients know it by its text.</summary>
    public static Problem From(Refusal refusal) => new(
        refusal.Kind switch
        {
            RefusalKind.NotFound => 404,
            RefusalKind.AlreadyExists => 409,
            RefusalKind.OutOfSequence => 500,
            RefusalKind.Unsupported => 501,
            _ => 400,
        },
        refusal.Message);

    public static Problem Invalid(string message) => new(400, message);
}
