using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Orch.Contracts.Api;
using Orch.Contracts.Machine;

namespace Orch.Contracts.Security;

/// <summary>
/// Gets a node a certificate with new dates while the old one is still good. The key stays, so that only one file
/// changes and a crash can never leave a certificate beside the wrong key.
/// </summary>
public sealed class CertificateRenewal(NodeCredentials credentials, MachinePaths paths)
{
    private const int MaxAnswerBytes = 64 * 1024;

    /// <summary>
    /// Between half and four fifths of the life of a certificate, by a roll from 0 to 1: nodes that joined together
    /// should not all renew together.
    /// </summary>
    public static DateTimeOffset DueAt(X509Certificate2 certificate, double roll)
    {
        DateTimeOffset from = certificate.NotBefore.ToUniversalTime();
        return from + (certificate.NotAfter.ToUniversalTime() - from) * (0.5 + 0.3 * Math.Clamp(roll, 0, 1));
    }

    /// <summary>
    /// Asks a manager (HOST:PORT), saves the answer and uses it for new connections. Returns null, or why it failed;
    /// then the old certificate stays, and asking again later is right.
    /// </summary>
    public async Task<string?> RenewAsync(string manager, CancellationToken cancellation)
    {
        try
        {
            using var key = NodeKey.FromPem(await File.ReadAllTextAsync(paths.NodeKey, cancellation).ConfigureAwait(false));
            using var handler = new SocketsHttpHandler
            {
                SslOptions = ClientTls.ToManager(credentials),
                UseProxy = false,
                AllowAutoRedirect = false,
            };
            using var http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes };
            using var answer = await http.PostAsJsonAsync(
                new Uri($"https://{manager}{JoinRoutes.Renew}"),
                new RenewRequest { Csr = key.CreateSigningRequest() },
                JoinJson.Default.RenewRequest,
                cancellation).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                var refusal = await answer.Content.ReadFromJsonAsync(ApiJson.Default.ErrorView, cancellation)
                    .ConfigureAwait(false);
                return refusal?.Message ?? $"the manager answered with HTTP status {(int)answer.StatusCode}";
            }

            var renewed = await answer.Content.ReadFromJsonAsync(JoinJson.Default.RenewResponse, cancellation)
                .ConfigureAwait(false);
            return Use(renewed?.Certificate ?? "", key);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException
            or CryptographicException or ArgumentException or TaskCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return error.Message;
        }
    }

    private string? Use(string certificatePem, NodeKey key)
    {
        using var bare = X509Certificate2.CreateFromPem(certificatePem);
        if (!credentials.Trust.TryIdentifyClient(bare, out var identity, out var error)) return error;
        if (identity != credentials.Identity || !key.Matches(bare)) return "the certificate is for somebody else";
        var renewed = X509Certificate2.CreateFromPem(certificatePem, key.ExportPem());
        DurableFile.Write(paths.NodeCertificate, Encoding.ASCII.GetBytes(certificatePem));
        credentials.Replace(renewed);
        return null;
    }
}
