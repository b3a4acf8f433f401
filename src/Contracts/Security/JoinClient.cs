using System.Net;
using System.Net.Http.Json;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Orch.Contracts.Api;

namespace Orch.Contracts.Security;

/// <summary>
/// Joins a cluster that the machine knows only by its token. The root is fetched over a connection that is not trusted
/// yet, compared with the token's digest, and then the certificate of that very connection is checked against it. Only
/// then is the secret sent, on the same connection: whoever sits in between never gets it.
/// </summary>
public sealed class JoinClient(TimeProvider clock)
{
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Joins through the manager at a name or address. <paramref name="request"/> builds the request around the token
    /// and the signing request it is given.
    /// </summary>
    public async Task<JoinResult> JoinAsync(
        string host, int port, string token, Func<string, string, JoinRequest> request,
        CancellationToken cancellation = default)
    {
        if (!JoinToken.TryParse(token, out var parsed, out var error)) return new JoinResult.Refused(error);
        var where = $"{host}:{port}";
        using var timeout = new CancellationTokenSource(_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            await using var connection = new JoinConnection(host, port);
            using var http = new HttpClient(connection.Handler)
            {
                BaseAddress = new UriBuilder("http", host, port).Uri,
                MaxResponseContentBufferSize = MaxAnswerBytes,
                Timeout = Timeout.InfiniteTimeSpan,
            };
            return await JoinAsync(connection, http, where, parsed, request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new JoinResult.Refused($"{where} did not answer within {_patience.TotalSeconds:0} s", MayRetry: true);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or AuthenticationException)
        {
            return new JoinResult.Refused($"cannot talk to {where}: {Innermost(failure)}", MayRetry: true);
        }
        catch (Exception odd) when (odd is JsonException or CryptographicException or NotSupportedException)
        {
            return new JoinResult.Refused($"{where} gave an answer that is not a manager's: {odd.Message}");
        }
    }

    private async Task<JoinResult> JoinAsync(
        JoinConnection connection, HttpClient http, string where, JoinToken token,
        Func<string, string, JoinRequest> request, CancellationToken cancellation)
    {
        var rootPem = await http.GetStringAsync(JoinRoutes.Root, cancellation).ConfigureAwait(false);
        using var root = X509Certificate2.CreateFromPem(rootPem);
        if (!token.NamesCa(root))
            return new JoinResult.Refused(
                $"the CA of {where} is not the one in the token: the token is of another cluster, or somebody is in "
                + "between. The secret was not sent.");
        if (ClusterTrust.FromRoot(root, clock) is not { } trust)
            return new JoinResult.Refused($"the CA of {where} names no cluster");
        if (!ClientTls.IsManager(trust, connection.ServerCertificate, out var error))
            return new JoinResult.Refused($"{where} cannot prove to be a manager: {error}. The secret was not sent.");

        using var key = NodeKey.Create();
        using var answer = await http.PostAsJsonAsync(
            JoinRoutes.Join, request(token.Format(), key.CreateSigningRequest()), JoinJson.Default.JoinRequest,
            cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            return await RefusalAsync(answer, cancellation).ConfigureAwait(false);
        var joined = await answer.Content.ReadFromJsonAsync(JoinJson.Default.JoinResponse, cancellation)
            .ConfigureAwait(false) ?? throw new JsonException("the answer is empty");
        return Accept(joined, key, root, trust);
    }

    /// <summary>A manager is trusted by now, but a certificate that does not fit would fail later and less clearly.</summary>
    private static JoinResult Accept(JoinResponse joined, NodeKey key, X509Certificate2 root, ClusterTrust trust)
    {
        using var certificate = X509Certificate2.CreateFromPem(joined.Certificate);
        if (!trust.TryIdentifyClient(certificate, out var identity, out var error))
            return new JoinResult.Refused($"the manager issued a certificate that cannot be used: {error}");
        if (!key.Matches(certificate) || identity.Name != joined.NodeId || identity.Role.Word() != joined.Role)
            return new JoinResult.Refused("the manager issued a certificate for somebody else");
        return new JoinResult.Joined(
            identity, key.ExportPem(), certificate.ExportCertificatePem(), root.ExportCertificatePem(), joined.Managers);
    }

    private static async Task<JoinResult> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        var retry = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
        var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        try
        {
            var message = JsonSerializer.Deserialize(text, ApiJson.Default.ErrorView)?.Message;
            return new JoinResult.Refused(message ?? $"the manager answered with HTTP status {status}", retry);
        }
        catch (JsonException)
        {
            return new JoinResult.Refused($"the manager answered with HTTP status {status}", retry);
        }
    }

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner) error = inner;
        return error.Message;
    }
}
