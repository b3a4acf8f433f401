using Orch.Core.Model;

namespace Orch.Manager.Store;

/// <summary>Outcome of a campaign.</summary>
public abstract record CampaignResult
{
    private CampaignResult()
    {
    }

    /// <summary>The caller leads; every append and every agent command carries this epoch.</summary>
    public sealed record Won(Epoch Epoch) : CampaignResult;

    /// <summary>The epoch had moved: somebody else was faster.</summary>
    public sealed record Lost(LeaderView Current) : CampaignResult;
}
