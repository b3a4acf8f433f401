using System.Globalization;

namespace Orch.Grpc;

/// <summary>The <c>grpc-timeout</c> header: at most eight digits and a unit, from nanoseconds to hours.</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;

    // Timers count milliseconds in 32 bits; nobody waits for longer than this.
    private static readonly TimeSpan _longest = TimeSpan.FromDays(40);

    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero) return "0m";
        var microseconds = (timeout.Ticks + 9) / TimeSpan.TicksPerMicrosecond;
        ReadOnlySpan<(long Size, char Unit)> units =
            [(1, 'u'), (1_000, 'm'), (1_000_000, 'S'), (60_000_000, 'M'), (3_600_000_000, 'H')];
        foreach (var (size, unit) in units)
        {
            // Rounded up: a deadline may be late by a fraction, never early.
            var value = (microseconds + size - 1) / size;
            if (value < 100_000_000) return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
        }

        return "99999999H";
    }

    public static bool TryParse(string? header, out TimeSpan timeout)
    {
        timeout = default;
        if (header is null || header.Length < 2 || header.Length > MaxDigits + 1) return false;
        if (!long.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out var value)) return false;
        double? seconds = header[^1] switch
        {
            'n' => value / 1e9,
            'u' => value / 1e6,
            'm' => value / 1e3,
            'S' => value,
            'M' => value * 60d,
            'H' => value * 3600d,
            _ => null,
        };
        if (seconds is null) return false;
        timeout = seconds > _longest.TotalSeconds ? _longest : TimeSpan.FromSeconds(seconds.Value);
        return true;
    }
}
