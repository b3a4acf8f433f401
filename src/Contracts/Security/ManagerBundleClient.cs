using System.Net.Http.Json;
using System.Text.Json;
using Orch.Contracts.Api;

namespace Orch.Contracts.Security;

/// <summary>Gets a machine whose certificate says that it is a manager what else a manager needs, from one that is.</summary>
public sealed class ManagerBundleClient(NodeCredentials credentials, TimeProvider clock)
{
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    /// <summary>From a manager at HOST:PORT; null and why not, where it cannot be had.</summary>
    public async Task<(ManagerBundle? Bundle, string? Problem)> GetAsync(string manager, CancellationToken cancellation = default)
    {
        using var timeout = new CancellationTokenSource(_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var handler = new SocketsHttpHandler
            {
                SslOptions = ClientTls.ToManager(credentials),
                UseProxy = false,
                AllowAutoRedirect = false,
            };
            using var http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes };
            using var answer = await http.GetAsync(new Uri($"https://{manager}{JoinRoutes.ManagerBundle}"), either.Token).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                var refusal = await answer.Content.ReadFromJsonAsync(ApiJson.Default.ErrorView, either.Token).ConfigureAwait(false);
                return (null, refusal?.Message ?? $"{manager} answered with HTTP status {(int)answer.StatusCode}");
            }
            return (await answer.Content.ReadFromJsonAsync(JoinJson.Default.ManagerBundle, either.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"{manager} did not answer within {_patience.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            return (null, $"cannot talk to {manager}: {(error.InnerException ?? error).Message}");
        }
    }
}
