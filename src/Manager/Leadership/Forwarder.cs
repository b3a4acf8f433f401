using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Security;
using Orch.Grpc.Client;
using Orch.Manager.Api;
using Orch.Manager.Security;

namespace Orch.Manager.Leadership;

/// <summary>
/// Passes requests on to the leader over mutual TLS, and its answers back. A write that may have reached a leader is never
/// sent again: that its outcome is not known is said instead.
/// </summary>
internal sealed class Forwarder(NodeCredentials credentials, MonotonicTime time, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>Set on refusals of managers that do not lead: nothing was done.</summary>
    public const string NotLeaderHeader = "Orch-Not-Leader";
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(0.05);
    private readonly HttpMessageInvoker _leader = new(Handler(credentials));

    private enum Outcome
    {
        Answered = 0,

        /// <summary>No leader took it: it may go to another.</summary>
        NotTaken = 1,

        /// <summary>The connection broke before there was an answer.</summary>
        Broken = 2,
    }

    public async Task ForwardAsync(HttpContext http, LeaderSight sight)
    {
        var until = time.Now + RequestSwitch.Patience;
        var request = await ForwardedRequest.ReadAsync(http);
        var (reads, sent) = (0, false);
        try
        {
            // While the store is away the leader that was seen last stays known, whether or not it still leads.
            while (time.Now < until && await sight.LeaderAsync(until - time.Now, http.RequestAborted) is { } leader)
            {
                sent = true;
                switch (await TryAsync(request, leader, http))
                {
                    case Outcome.Answered:
                        return;
                    case Outcome.Broken when !request.IsRead || ++reads > 1:
                        await UnknownAsync(http);
                        return;
                    case Outcome.NotTaken when request.HasFlowingBody:
                        await NobodyAsync(http, sight);
                        return;
                }
                sent = false;
                await Task.Delay(TryAgainAfter, clock, http.RequestAborted);
            }
            await NobodyAsync(http, sight);
        }
        catch (OperationCanceledException) when (RoleVisit.IsOver(http) && !http.Response.HasStarted)
        {
            // This manager has another role now, most likely the leader's.
            if (!sent || request.IsRead)
                AskAgain.Leave(http);
            else
                await UnknownAsync(http);
        }
    }

    /// <summary>A call of this manager itself.</summary>
    public Task<HttpResponseMessage> CallAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        _leader.SendAsync(request, cancellation);

    public void Dispose() => _leader.Dispose();

    private async Task<Outcome> TryAsync(ForwardedRequest request, SeenLeader leader, HttpContext http)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, leader.Gone);
        using var asked = request.To(leader.Address);
        HttpResponseMessage answer;
        try
        {
            answer = await _leader.SendAsync(asked, either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException
            && !http.RequestAborted.IsCancellationRequested)
        {
            logger.LogDebug(e, "the leader at {Leader} gave no answer", leader.Address);
            return NeverLeft(e) ? Outcome.NotTaken : Outcome.Broken;
        }
        using (answer)
        {
            if (answer.Headers.Contains(NotLeaderHeader))
                return Outcome.NotTaken;
            await PassOnAsync(answer, http, either.Token);
            return Outcome.Answered;
        }
    }

    /// <summary>An answer that breaks off is broken off for the client, too: a part must not look like the whole.</summary>
    private async Task PassOnAsync(HttpResponseMessage answer, HttpContext http, CancellationToken cancellation)
    {
        try
        {
            await ForwardedRequest.CopyAsync(answer, http, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            logger.LogDebug(e, "an answer of the leader broke off");
            http.Abort();
        }
    }

    private static bool NeverLeft(Exception error) => error switch
    {
        HttpRequestException http => http.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,

        // The time to connect was over.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    private static Task UnknownAsync(HttpContext http) => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
        ? RoleRefusal.WriteAsync(http, "the connection to the leader broke; try again in a second")
        : RoleRefusal.WriteAsync(http,
            "the connection to the leader broke before it answered; whether the change was made is not known: look before trying again",
            mayRepeat: false);

    private static Task NobodyAsync(HttpContext http, LeaderSight sight) => RoleRefusal.WriteAsync(http, sight.Trouble is { } trouble
        ? $"no manager leads that this one could ask: the store cannot be reached ({trouble}); nothing was done"
        : $"no manager leads that this one could ask within {RequestSwitch.Patience.TotalSeconds:0} s; nothing was done, try again");

    private static SocketsHttpHandler Handler(NodeCredentials credentials)
    {
        var handler = GrpcHandler.Create(ClientTls.ToManager(credentials), keepAlive: TimeSpan.FromSeconds(1));
        handler.ConnectTimeout = ConnectWithin;
        return handler;
    }
}
