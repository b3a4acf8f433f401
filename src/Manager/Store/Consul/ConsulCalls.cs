using System.Globalization;
using System.Net;
using System.Text;

namespace Orch.Manager.Store.Consul;

/// <summary>An answer that says something: done (200), no such key (404), or a transaction that did not happen (409).</summary>
internal readonly record struct ConsulAnswer(HttpStatusCode Status, byte[] Body, ulong Index)
{
    public bool IsFound => Status == HttpStatusCode.OK;
}

/// <summary>
/// Calls with a deadline of their own. Of several addresses the first is used while it answers; after one that does not, the next one
/// is asked for a while. A write is sent again elsewhere only when nothing of it was sent.
/// </summary>
internal sealed class ConsulCalls(ConsulLogOptions options) : IDisposable
{
    private static readonly TimeSpan TryFirstAgain = TimeSpan.FromSeconds(5);
    private const int LongestWords = 300;
    private readonly HttpClient _client = ConsulConnection.Open(options);
    private readonly string _scheme = options.Tls is null ? "http" : "https";
    private readonly Lock _lock = new();
    private int _preferred;
    private long _leftFirstAt;
    private volatile bool _closed;

    /// <summary>For people: which Consul, and where in it.</summary>
    public string Place { get; } = $"Consul at {string.Join(',', options.Addresses)}/{options.Prefix}";

    public Task<ConsulAnswer> GetAsync(string path, TimeSpan within, CancellationToken cancellation, CancellationToken abort = default) =>
        RunAsync(HttpMethod.Get, path, default, within, cancellation, abort);

    public Task<ConsulAnswer> PutAsync(string path, ReadOnlyMemory<byte> body, TimeSpan within, CancellationToken cancellation) =>
        RunAsync(HttpMethod.Put, path, body, within, cancellation, default);

    public Task<ConsulAnswer> DeleteAsync(string path, CancellationToken cancellation) =>
        RunAsync(HttpMethod.Delete, path, default, options.CallWithin, cancellation, default);

    /// <summary>The status says whether it happened.</summary>
    public Task<ConsulAnswer> CommitAsync(ConsulTxn txn, TimeSpan within, CancellationToken cancellation) =>
        PutAsync("/v1/txn", txn.Body(), within, cancellation);

    public void Dispose()
    {
        _closed = true;
        _client.Dispose();
    }

    /// <summary>Begun, it runs to its end or to its deadline; only what does not write may be aborted.</summary>
    private async Task<ConsulAnswer> RunAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, TimeSpan within, CancellationToken cancellation, CancellationToken abort)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(ConsulEventLog));
        cancellation.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(within, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, abort);
        var first = Preferred();
        for (var attempt = 0; ; attempt++)
        {
            var at = (first + attempt) % options.Addresses.Count;
            try
            {
                return await SendAsync(options.Addresses[at], method, path, body, either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !abort.IsCancellationRequested)
            {
                Leave(at);
                throw new LogException($"{Place} did not answer within {within.TotalSeconds:0.#} s. Whether what was asked is done is not known.");
            }
            catch (HttpRequestException error) when (!_closed)
            {
                Leave(at);
                var isUnsent = error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
                if (!isUnsent || attempt + 1 >= options.Addresses.Count)
                    throw new LogException($"{Place} cannot be asked: {error.Message}", error);
            }
            catch (LogException)
            {
                Leave(at);
                throw;
            }
        }
    }

    private async Task<ConsulAnswer> SendAsync(
        string address, HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"{_scheme}://{(address.StartsWith('/') ? "localhost" : address)}{path}");
        if (method == HttpMethod.Put)
            request.Content = new ReadOnlyMemoryContent(body);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        var said = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.Conflict))
            throw Explain(address, response.StatusCode, Encoding.UTF8.GetString(said.AsSpan(0, Math.Min(said.Length, LongestWords))).Trim());
        var index = response.Headers.TryGetValues("X-Consul-Index", out var values)
            && ulong.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(response.StatusCode, said, index);
    }

    private LogException Explain(string address, HttpStatusCode status, string words) => status switch
    {
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => new LogUnavailableException(
            $"Consul at {address} refuses: {words}. The token in --store needs the right to write keys under {options.Prefix}/."),
        HttpStatusCode.InternalServerError when words.Contains("No cluster leader", StringComparison.OrdinalIgnoreCase) =>
            new LogException($"Consul at {address} has no leader: most of its servers are down or cannot be reached."),
        _ => new LogException($"Consul at {address} answers {(int)status}: {words}"),
    };

    private int Preferred()
    {
        lock (_lock)
        {
            if (_preferred != 0 && options.Clock.GetElapsedTime(_leftFirstAt) >= TryFirstAgain)
                _preferred = 0;
            return _preferred;
        }
    }

    private void Leave(int at)
    {
        lock (_lock)
        {
            if (options.Addresses.Count == 1 || _preferred != at)
                return;
            _preferred = (at + 1) % options.Addresses.Count;
            _leftFirstAt = options.Clock.GetTimestamp();
        }
    }
}
