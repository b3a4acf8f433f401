using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orch.Contracts.Api;

namespace Orch.Manager.Images;

/// <summary>
/// The engine of this manager's machine, asked about registries: it already speaks their protocols and knows this
/// machine's mirrors, certificates and exceptions. Answers are passed on as they are; a registry that is slow or away
/// costs at most <see cref="Limit"/>.
/// </summary>
public sealed class LocalEngine : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private const int MaxAnswerBytes = 1024 * 1024;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    /// <summary>Takes an address such as <c>unix:///var/run/docker.sock</c>; nothing is opened yet.</summary>
    public LocalEngine(string address, TimeProvider clock)
    {
        _clock = clock;
        var path = address.StartsWith("unix://", StringComparison.Ordinal) ? address[7..] : address;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => ConnectAsync(path, cancellation),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
        {
            BaseAddress = new Uri("http://engine"),
            MaxResponseContentBufferSize = MaxAnswerBytes,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Digest and platforms of an image as its registry has them; auth as X-Registry-Auth, or null.</summary>
    public Task<RegistryAnswer> DistributionAsync(string image, string? auth, CancellationToken cancellation)
    {
        var path = string.Join('/', image.Split('/').Select(Uri.EscapeDataString));
        var request = new HttpRequestMessage(HttpMethod.Get, $"/distribution/{path}/json");
        if (auth is not null)
            request.Headers.TryAddWithoutValidation(RegistryAuth.Header, auth);
        return SendAsync(request, cancellation);
    }

    /// <summary>Whether a registry takes a login; the body is Docker's AuthConfig.</summary>
    public Task<RegistryAnswer> AuthenticateAsync(byte[] authConfig, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(authConfig);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, "/auth") { Content = content }, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private async Task<RegistryAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using (request)
            using (var response = await _http.SendAsync(request, either.Token))
                return new(response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed($"the registry did not answer within {Limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Failed($"the manager's engine cannot ask the registry: {(e.InnerException ?? e).Message}");
        }
    }

    private static RegistryAnswer Failed(string message) => new(
        HttpStatusCode.InternalServerError, ApiJson.Write(new ErrorView(message), ApiJson.Default.ErrorView));

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Status and JSON body, to be passed on.</summary>
public sealed record RegistryAnswer(HttpStatusCode Status, byte[] Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The reason in a refusal.</summary>
    public string Message
    {
        get
        {
            try
            {
                return JsonSerializer.Deserialize(Body, ApiJson.Default.ErrorView)?.Message ?? "";
            }
            catch (JsonException)
            {
                return Encoding.UTF8.GetString(Body);
            }
        }
    }
}
