using System.Net;

namespace Orch.Manager.Security;

/// <summary>
/// Counts failed joins per address and minute. Successful joins cost nothing, so that a hundred machines behind one
/// address may join at once; guessing is what becomes slow.
/// </summary>
public sealed class JoinThrottle(TimeProvider clock, int perMinute = 20)
{
    private const int MaxAddresses = 10_000;
    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);
    private readonly Dictionary<IPAddress, (DateTimeOffset Since, int Failures)> _seen = [];
    private readonly Lock _lock = new();

    /// <summary>How long the address must wait before its next attempt; zero when it may try now.</summary>
    public TimeSpan Wait(IPAddress address)
    {
        lock (_lock)
        {
            if (!_seen.TryGetValue(ClientAddress.Source(address), out var entry)) return TimeSpan.Zero;
            var left = entry.Since + _window - clock.GetUtcNow();
            return entry.Failures < perMinute || left <= TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    public void Failed(IPAddress address)
    {
        var source = ClientAddress.Source(address);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_seen.TryGetValue(source, out var entry) && now - entry.Since < _window)
            {
                _seen[source] = entry with { Failures = entry.Failures + 1 };
                return;
            }

            if (_seen.Count >= MaxAddresses) Forget(now);
            _seen[source] = (now, 1);
        }
    }

    /// <summary>Frees the past windows, or, under a flood from many addresses, everything: memory stays bounded.</summary>
    private void Forget(DateTimeOffset now)
    {
        foreach (var (address, entry) in _seen.ToList())
            if (now - entry.Since >= _window) _seen.Remove(address);
        if (_seen.Count >= MaxAddresses) _seen.Clear();
    }
}
