using System.Globalization;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Manager.Api;

/// <summary>Moments in queries: Unix seconds, maybe with a fraction, or RFC 3339 (docker-api §5).</summary>
internal static class ApiMoment
{
    /// <summary>Null for no text or 0, which mean no limit; false for what is no moment.</summary>
    public static bool TryParse(string text, out Timestamp? moment)
    {
        moment = null;
        if (text.Length == 0)
            return true;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            if (seconds >= long.MaxValue / 1_000_000_000)
                return false;
            moment = seconds == 0 ? null : new Timestamp((long)(seconds * 1_000_000_000));
            return true;
        }
        if (!ApiTimeConverter.TryParse(text, out var parsed))
            return false;
        moment = parsed;
        return true;
    }
}
