using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Api;

/// <summary>Query parameters by Docker's rules (docker-api §5).</summary>
internal static class Query
{
    /// <summary>1 and true are true, everything else is false.</summary>
    public static bool Flag(HttpRequest request, string name) =>
        request.Query[name].ToString().ToLowerInvariant() is "1" or "true" or "t";

    /// <summary>The object version that an update must name; the problem is in the words clients know.</summary>
    public static (ulong Version, Problem? Problem) Version(HttpRequest request, string kind)
    {
        var text = request.Query["version"].ToString();
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? (version, null)
            : (0, Problem.Invalid(
                $"invalid {kind} version '{text}': strconv.ParseUint: parsing \"{text}\": invalid syntax"));
    }
}
