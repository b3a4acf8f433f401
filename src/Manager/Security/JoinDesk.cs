using System.Net;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Orch.Contracts.Api;
using Orch.Contracts.Security;
using Orch.Core.Model;

namespace Orch.Manager.Security;

/// <summary>What the cluster decided about a machine whose token was good.</summary>
public abstract record Admission
{
    private Admission() { }

    /// <summary>The node is recorded. <paramref name="Managers"/> are HOST:PORT of all managers.</summary>
    public sealed record Admitted(IReadOnlyList<string> Managers) : Admission;

    public sealed record Refused(string Reason) : Admission;
}

/// <summary>What the join needs from the rest of the manager. Admit must have recorded the node durably when it returns.</summary>
public sealed record JoinDeskParts(
    ClusterCa Ca,
    Func<JoinSecrets> Secrets,
    Func<NodeId> NewNodeId,
    Func<PeerIdentity, JoinRequest, CancellationToken, Task<Admission>> Admit,
    JoinThrottle Throttle,
    TimeProvider Clock);

/// <summary>
/// The two routes that are open to strangers, the root certificate and the exchange of a token for an identity; and the
/// one by which nodes renew what they got.
/// </summary>
public sealed class JoinDesk(JoinDeskParts parts)
{
    private const int MaxBodyBytes = 32 * 1024;

    // Refusals of a token all take this long, whatever was wrong with it.
    private static readonly TimeSpan _refusalTime = TimeSpan.FromMilliseconds(100);

    public static IReadOnlyList<AccessRule> Rules { get; } =
    [
        new("GET", JoinRoutes.Root, Callers.Everybody),
        new("POST", JoinRoutes.Join, Callers.Everybody),
        new("POST", JoinRoutes.Renew, Callers.Nodes),
    ];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(JoinRoutes.Root, http =>
        {
            http.Response.ContentType = "application/x-pem-file";
            return http.Response.WriteAsync(parts.Ca.RootPem, http.RequestAborted);
        });
        endpoints.MapPost(JoinRoutes.Join, JoinAsync);
        endpoints.MapPost(JoinRoutes.Renew, RenewAsync);
    }

    private async Task JoinAsync(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (parts.Throttle.Wait(address) is { Ticks: > 0 } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            http.Response.Headers.RetryAfter = $"{seconds}";
            await RefuseAsync(http, 429, $"too many failed joins from this address; try again in {seconds} s");
            return;
        }

        var refusalDue = Task.Delay(_refusalTime, parts.Clock, http.RequestAborted);
        if (await ReadAsync(http, JoinJson.Default.JoinRequest) is not { } request) return;
        if (!JoinToken.TryParse(request.Token, out var token, out var error)
            || parts.Secrets().RoleOf(token, parts.Ca.Root) is not { } role)
        {
            parts.Throttle.Failed(address);
            await refusalDue;
            await RefuseAsync(http, 403, error ?? "invalid join token: it is not, or no longer, one of this cluster");
            return;
        }

        await AdmitAsync(http, request, PeerIdentity.OfNode(parts.Ca.Cluster, parts.NewNodeId(), role));
    }

    private async Task AdmitAsync(HttpContext http, JoinRequest request, PeerIdentity identity)
    {
        // Managers get their names as well; of what the machine says only the address it will be dialled at is used.
        var issued = parts.Ca.Issue(request.Csr, identity, Hosts(http, request.AdvertiseAddr));
        if (issued is not IssueResult.Issued { CertificatePem: var certificate })
        {
            await RefuseAsync(http, 400, ((IssueResult.Refused)issued).Reason);
            return;
        }

        // Recorded before it is handed out: a certificate for a node nobody knows would be one nobody can remove.
        var admission = await parts.Admit(identity, request, http.RequestAborted);
        if (admission is not Admission.Admitted { Managers: var managers })
        {
            await RefuseAsync(http, 409, ((Admission.Refused)admission).Reason);
            return;
        }

        var response = new JoinResponse
        {
            Certificate = certificate,
            NodeId = identity.Name,
            ClusterId = identity.Cluster.ToString(),
            Role = identity.Role.Word(),
            Managers = managers,
        };
        await http.Response.WriteAsJsonAsync(response, JoinJson.Default.JoinResponse);
    }

    private async Task RenewAsync(HttpContext http)
    {
        if (await ReadAsync(http, JoinJson.Default.RenewRequest) is not { } request) return;
        var identity = http.Features.Get<ConnectionPeer>()?.Identity
            ?? throw new InvalidOperationException("the access table let a caller without an identity renew it");
        var issued = parts.Ca.Issue(request.Csr, identity, Hosts(http, ""));
        if (issued is not IssueResult.Issued { CertificatePem: var certificate })
        {
            await RefuseAsync(http, 400, ((IssueResult.Refused)issued).Reason);
            return;
        }

        await http.Response.WriteAsJsonAsync(
            new RenewResponse { Certificate = certificate }, JoinJson.Default.RenewResponse);
    }

    private static List<string> Hosts(HttpContext http, string advertised)
    {
        var hosts = new List<string> { "localhost", "127.0.0.1" };
        if (http.Connection.RemoteIpAddress is { } seen) hosts.Add(ClientAddress.Plain(seen).ToString());
        if (IPAddress.TryParse(advertised, out var address)) hosts.Add(address.ToString());
        return hosts;
    }

    private static async Task<T?> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBodyBytes;
        try
        {
            var request = await http.Request.ReadFromJsonAsync(type, http.RequestAborted);
            if (request is not null) return request;
        }
        catch (BadHttpRequestException error)
        {
            await RefuseAsync(http, error.StatusCode, $"the request cannot be read: {error.Message}");
            return null;
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            // Answered below: both are input that is no request.
        }

        await RefuseAsync(http, 400, "the body is not the JSON object that is expected here");
        return null;
    }

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new ErrorView(message), ApiJson.Default.ErrorView);
    }
}
