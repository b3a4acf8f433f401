using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orch.Manager.Api;

namespace Orch.Manager.Leadership;

/// <summary>Tells the leader about once a second that this manager stands by, and how far it has read.</summary>
internal sealed class FollowerReports(RoleParts parts, Replica replica, LeaderSight sight, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            if (sight.Leader is { } leader)
                await ReportAsync(leader, stopping);
            await Task.Delay(Every, parts.Clock, stopping);
        }
    }

    private async Task ReportAsync(SeenLeader leader, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(Every, parts.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        var report = new FollowerReport(replica.Current.Revision, parts.Address, replica.Trouble);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(report, ManagerJson.Default.FollowerReport));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (!Uri.TryCreate($"https://{leader.Address}{FollowerDesk.Path}", UriKind.Absolute, out var desk))
            return;
        using var request = new HttpRequestMessage(HttpMethod.Post, desk)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        try
        {
            using var answer = await parts.Forwarder.CallAsync(request, either.Token);
            if (!answer.IsSuccessStatusCode)
                logger.LogDebug("the leader took no report: {Status}", answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !stopping.IsCancellationRequested)
        {
            logger.LogDebug(e, "no report reached the leader at {Leader}", leader.Address);
        }
    }
}
