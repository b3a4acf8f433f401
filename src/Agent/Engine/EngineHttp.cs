using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orch.Agent.Engine;

/// <summary>HTTP over the engine's socket: one request in, its answer or the engine's error out.</summary>
internal sealed class EngineHttp : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly EngineAddress _address;
    private readonly TimeProvider _clock;

    public EngineHttp(EngineAddress address, TimeProvider clock)
    {
        _address = address;
        _clock = clock;
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stopping) =>
                new NetworkStream(await ConnectAsync(stopping), ownsSocket: true),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    public async Task<Socket> ConnectAsync(CancellationToken stopping)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_address.SocketPath), stopping);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>For calls without a body in the answer, or where it does not matter.</summary>
    public Task<EngineResult<NoValue>> SendAsync(
        HttpMethod method, string path, TimeSpan limit, CancellationToken stopping) =>
        ExchangeAsync<NoValue>(method, path, null, limit, static (_, _) => new(default(NoValue)), stopping);

    /// <summary>For calls that answer with one JSON value.</summary>
    public Task<EngineResult<T>> ReadAsync<T>(
        HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, TimeSpan limit, CancellationToken stopping) =>
        ExchangeAsync<T>(method, path, body, limit, async (response, token) =>
        {
            using var stream = await response.Content.ReadAsStreamAsync(token);
            var value = await JsonSerializer.DeserializeAsync(stream, type, token);
            return value is null ? new EngineError(EngineFault.Refused, "the engine answered null") : value;
        }, stopping);

    public async Task<EngineResult<T>> ExchangeAsync<T>(
        HttpMethod method, string path, HttpContent? body, TimeSpan limit,
        Func<HttpResponseMessage, CancellationToken, ValueTask<EngineResult<T>>> read, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(limit, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stopping, timeout.Token);
        try
        {
            var opened = await OpenAsync(method, path, body, linked.Token);
            if (opened.Error is { } error)
                return error;
            using var response = opened.Value!;
            return await read(response, linked.Token);
        }
        catch (Exception e) when (IsAbsence(e) && !stopping.IsCancellationRequested)
        {
            return Absence(e, limit);
        }
        catch (JsonException e)
        {
            return new EngineError(EngineFault.Refused, $"the engine's answer cannot be read: {e.Message}");
        }
    }

    /// <summary>Answers as soon as the headers are there; for streams. Throws what <see cref="IsAbsence"/> knows.</summary>
    public async Task<EngineResult<HttpResponseMessage>> OpenAsync(
        HttpMethod method, string path, HttpContent? body, CancellationToken stopping, string? registryAuth = null)
    {
        using var request = new HttpRequestMessage(method, "http://engine" + path) { Content = body };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("orch-agent", null));
        if (registryAuth is not null)
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", registryAuth);
        var response = await _http.SendAsync(request, stopping);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            return response;
        using (response)
            return await ErrorAsync(response, stopping);
    }

    public static bool IsAbsence(Exception e) =>
        e is HttpRequestException or IOException or SocketException or OperationCanceledException;

    public EngineError Absence(Exception e, TimeSpan limit) => new(
        EngineFault.Unreachable,
        e is OperationCanceledException
            ? $"the engine at {_address} did not answer within {limit.TotalSeconds:0} s"
            : $"the engine at {_address} cannot be reached: {(e.InnerException ?? e).Message}");

    private static async Task<EngineError> ErrorAsync(HttpResponseMessage response, CancellationToken stopping)
    {
        const int Longest = 64 * 1024;
        using var stream = await response.Content.ReadAsStreamAsync(stopping);
        var buffer = new byte[Longest];
        var length = await stream.ReadAtLeastAsync(buffer, Longest, throwOnEndOfStream: false, stopping);
        return new(
            response.StatusCode switch
            {
                HttpStatusCode.NotFound => EngineFault.NotFound,
                HttpStatusCode.Conflict => EngineFault.Conflict,
                _ => EngineFault.Refused,
            },
            Message(buffer.AsSpan(0, length)) ?? $"the engine answered {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    private static string? Message(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, EngineJson.Default.WireError)?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
