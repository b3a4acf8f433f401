using Orch.Core.Model;

namespace Orch.Manager.Store;

/// <summary>Outcome of an append that is known.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>Durable. <paramref name="Head"/> is the revision of the last event of the batch.</summary>
    public sealed record Appended(ulong Head) : AppendResult;

    /// <summary>Nothing written: the caller no longer leads.</summary>
    public sealed record Fenced(Epoch Current) : AppendResult;

    /// <summary>Nothing written: the head is not where the caller thought.</summary>
    public sealed record Conflict(ulong Head) : AppendResult;
}
