using Microsoft.Extensions.Logging;
using Orch.Core.Leading;
using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Manager.Leadership;

/// <summary>
/// A standby's eye on the leadership: looks, and takes it when it is free or its leader is gone. It does not lead from
/// what it has not read: before the replica is ready it only looks.
/// </summary>
internal sealed class Candidacy(RoleParts parts, LeaderSight sight, LeaderWatch watch, Replica replica, bool mayResume, ILogger logger)
{
    public async Task<Won> RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            switch (watch.Next())
            {
                case WatchStep.LookAt look:
                    await parts.Time.UntilAsync(look.When, stopping);
                    await LookAsync(stopping);
                    break;
                case WatchStep.Campaign when !replica.Ready.IsCompleted:
                    await Task.WhenAny(replica.Ready, Task.Delay(parts.Times.LookEvery, parts.Clock, stopping));
                    await LookAsync(stopping);
                    break;
                case WatchStep.Campaign campaign:
                    if (await CampaignAsync(campaign.Seen, stopping) is { } won)
                        return won;
                    break;
            }
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        if (replica.Ready.IsCompletedSuccessfully)
            Membership.Check(replica.Current, parts.Self);
        var asked = parts.Time.Now;
        watch.Rank = Rank();
        try
        {
            See(asked, await parts.Log.ReadLeaderAsync(stopping));
        }
        catch (LogException e)
        {
            Miss(asked, e);
        }
    }

    private async Task<Won?> CampaignAsync(Epoch seen, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        var began = parts.Time.Now;
        try
        {
            switch (await parts.Log.CampaignAsync(seen, parts.Me, EpochStep.Term, CancellationToken.None))
            {
                case CampaignResult.Won won:
                    logger.LogInformation("won the leadership: epoch {Epoch} after {Seen}", won.Epoch, seen);
                    return new Won(won.Epoch, began);
                case CampaignResult.Lost lost:
                    logger.LogInformation("manager {Leader} was faster: epoch {Epoch}", lost.Current.Leader?.Id, lost.Current.Epoch);
                    See(began, lost.Current);
                    break;
            }
        }
        catch (LogException e)
        {
            Miss(began, e);
        }
        return null;
    }

    private void See(TimeSpan asked, LeaderView view)
    {
        if (sight.View is not { } known || known.Epoch != view.Epoch || known.Leader != view.Leader)
            logger.LogInformation("epoch {Epoch}: {Leader}", view.Epoch,
                view.Leader is { } leader ? $"manager {leader.Id} at {leader.Address} leads" : "nobody leads");
        sight.Saw(view);
        var standing = view.Leader is not { } named ? LeaderStanding.Free
            : mayResume && named.Id == $"{parts.Self}" ? LeaderStanding.Mine : LeaderStanding.Other;
        watch.Saw(asked, parts.Time.Now, new LeaderSighting(view.Epoch, view.Renewals, standing));
    }

    private void Miss(TimeSpan asked, LogException error)
    {
        if (sight.Trouble is null)
            logger.LogWarning("the leadership cannot be looked at: {Reason}", error.Message);
        sight.Missed(error.Message);
        watch.Missed(asked);
    }

    /// <summary>Among the managers that do not lead, in an order that all of them see alike.</summary>
    private int Rank() => replica.Current.Nodes.Values.Count(node =>
        node.Spec.Role == Core.Model.Specs.NodeRole.Manager && node.Id.CompareTo(parts.Self) < 0 && $"{node.Id}" != sight.View?.Leader?.Id);
}
