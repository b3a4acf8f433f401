using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>
/// Moments in the API: RFC 3339 in UTC with up to nine digits and a Z. Any offset is read; years that nanoseconds since
/// 1970 cannot hold (Go's zero time is the year 1) are read as "never".
/// </summary>
public sealed class ApiTimeConverter : JsonConverter<Timestamp>
{
    private const int MaxTextLength = 64;

    public override Timestamp Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var moment)
            ? moment
            : throw new JsonException("not a moment (RFC 3339, like 2026-11-21T02:13:31.5Z)");

    public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.IsNever ? "0001-01-01T00:00:00Z" : value.ToString());

    /// <summary>Reads RFC 3339 to the nanosecond, which <see cref="DateTimeOffset"/> alone would cut to 100 ns.</summary>
    public static bool TryParse(string? text, out Timestamp moment)
    {
        moment = default;
        if (text is null or { Length: < 20 or > MaxTextLength })
            return false;
        var (whole, nanos) = (text, 0L);
        if (text[19] == '.')
        {
            var end = 20;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            var digits = text.AsSpan(20, Math.Min(end - 20, 9));
            if (digits.IsEmpty)
                return false;
            nanos = long.Parse(digits, CultureInfo.InvariantCulture);
            for (var i = digits.Length; i < 9; i++)
                nanos *= 10;
            whole = string.Concat(text.AsSpan(0, 19), text.AsSpan(end));
        }
        if (!DateTimeOffset.TryParseExact(whole, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var parsed))
            return false;
        if (parsed.Year is > 1678 and < 2262)
            moment = new(parsed.ToUnixTimeSeconds() * 1_000_000_000 + nanos);
        return true;
    }
}
