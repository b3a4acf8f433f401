using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Core.Model;

/// <summary>
/// A moment as nanoseconds since 1970 UTC; zero means "never". Only a label for people and a stamp that delays are
/// counted from: whether a node is alive is never decided by it.
/// </summary>
[JsonConverter(typeof(TimestampJsonConverter))]
public readonly record struct Timestamp(long UnixNanos) : IComparable<Timestamp>
{
    public static readonly Timestamp Max = new(long.MaxValue);
    public bool IsNever => UnixNanos == 0;

    public static Timestamp From(DateTimeOffset moment) => new((moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100);

    /// <summary>Saturates instead of wrapping: a delay of 292 years is "never again".</summary>
    public static Timestamp operator +(Timestamp at, TimeSpan span)
    {
        var sum = (Int128)at.UnixNanos + (Int128)span.Ticks * 100;
        return sum > long.MaxValue ? Max : new((long)sum);
    }

    public static TimeSpan operator -(Timestamp left, Timestamp right) => new((left.UnixNanos - right.UnixNanos) / 100);
    public static bool operator <(Timestamp left, Timestamp right) => left.UnixNanos < right.UnixNanos;
    public static bool operator >(Timestamp left, Timestamp right) => left.UnixNanos > right.UnixNanos;
    public static bool operator <=(Timestamp left, Timestamp right) => left.UnixNanos <= right.UnixNanos;
    public static bool operator >=(Timestamp left, Timestamp right) => left.UnixNanos >= right.UnixNanos;
    public int CompareTo(Timestamp other) => UnixNanos.CompareTo(other.UnixNanos);

    /// <summary>RFC 3339 in UTC with up to nine digits, trailing zeros trimmed: Docker's form.</summary>
    public override string ToString()
    {
        var (seconds, nanos) = Math.DivRem(UnixNanos, 1_000_000_000);
        if (nanos < 0)
            (seconds, nanos) = (seconds - 1, nanos + 1_000_000_000);
        var text = DateTimeOffset.FromUnixTimeSeconds(seconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return nanos == 0 ? text + "Z" : $"{text}.{nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}Z";
    }
}

/// <summary>In the log a timestamp is a number of nanoseconds.</summary>
public sealed class TimestampJsonConverter : JsonConverter<Timestamp>
{
    public override Timestamp Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.UnixNanos);
}
