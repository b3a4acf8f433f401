using System.Net.Sockets;
using System.Text.Json;

namespace Orch.Bench;

/// <summary>
/// An engine's container starts and deaths as it announces them. Counting events costs the engine nothing to speak of; asking it for
/// its list every few milliseconds would slow down the very work that is timed.
/// </summary>
internal sealed class EngineFeed : IDisposable
{
    private readonly HttpClient _http;
    private readonly StreamReader _lines;

    private EngineFeed(HttpClient http, StreamReader lines) => (_http, _lines) = (http, lines);

    /// <summary>Returns once the engine has taken the subscription.</summary>
    public static async Task<EngineFeed> OpenAsync(string socket)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(unix, ownsSocket: true);
            },
        });
        var filters = Uri.EscapeDataString("""{"type":["container"],"event":["start","die"]}""");
        var stream = await http.GetStreamAsync(new Uri($"http://engine/events?filters={filters}"));
        return new EngineFeed(http, new StreamReader(stream));
    }

    /// <summary>Returns when so many more containers have started.</summary>
    public Task StartedAsync(int count) => NextAsync("start", count);

    /// <summary>Returns when one more container has died.</summary>
    public Task DiedAsync() => NextAsync("die", 1);

    /// <summary>When, by the engine's own clock, the next such event was. Others on the way are passed over.</summary>
    public async Task<DateTime> TimeOfAsync(string action)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var line = await _lines.ReadLineAsync(limit.Token) ?? throw new IOException("the engine ended its event stream");
            using var seen = JsonDocument.Parse(line);
            if (seen.RootElement.GetProperty("Action").GetString() == action)
                return DateTime.UnixEpoch.AddTicks(seen.RootElement.GetProperty("timeNano").GetInt64() / 100);
        }
    }

    /// <summary>Returns when so many have started and as many have died, in whatever order.</summary>
    public async Task ReplacedAsync(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (var (started, died) = (0, 0); started < count || died < count;)
        {
            if (await ActionAsync(limit.Token) == "start")
                started++;
            else
                died++;
        }
    }

    /// <summary>Other events on the way are passed over.</summary>
    private async Task NextAsync(string action, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (count > 0)
        {
            if (await ActionAsync(limit.Token) == action)
                count--;
        }
    }

    private async Task<string?> ActionAsync(CancellationToken limit)
    {
        var line = await _lines.ReadLineAsync(limit) ?? throw new IOException("the engine ended its event stream");
        using var seen = JsonDocument.Parse(line);
        return seen.RootElement.GetProperty("Action").GetString();
    }

    public void Dispose()
    {
        _lines.Dispose();
        _http.Dispose();
    }
}
