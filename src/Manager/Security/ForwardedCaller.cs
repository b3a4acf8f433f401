using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Orch.Contracts.Security;

namespace Orch.Manager.Security;

/// <summary>
/// Who asked, where a manager passes a request on: it says so in a header, which is believed of managers alone. What the
/// caller may do is judged where the request is carried out, as if it had come there itself.
/// </summary>
public static class ForwardedCaller
{
    public const string Header = "Orch-Caller";

    /// <summary>The answer to anybody else who sends the header.</summary>
    public const string Refused = $"only managers may pass requests of others on ({Header})";
    private const int MaxText = 500;

    private static readonly Callers[] _kinds =
        [Callers.LocalSocket, Callers.Manager, Callers.Worker, Callers.Admin, Callers.Anonymous];

    public static bool IsNamed(HttpContext http) => http.Request.Headers.ContainsKey(Header);

    /// <summary>The header's text for the caller of this request, who was found out by this manager's own connection.</summary>
    public static string Describe(HttpContext http)
    {
        var peer = http.Features.Get<ConnectionPeer>() ?? ConnectionPeer.Nobody;
        var words = new Dictionary<string, string?>
        {
            ["kind"] = $"{peer.Kind}",
            ["id"] = peer.Identity?.Uri,
            ["until"] = peer.ValidUntil?.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["from"] = http.Connection.RemoteIpAddress?.ToString(),
            ["problem"] = peer.Problem is { Length: > MaxText } longer ? longer[..MaxText] : peer.Problem,
        };
        return QueryHelpers.AddQueryString("", words)[1..];
    }

    /// <summary>
    /// The caller whom the sender names; null when the sender is no manager, or names somebody who cannot be. The header is
    /// gone from the request then, and the connection's address is the caller's.
    /// </summary>
    public static ConnectionPeer? Take(HttpContext http, ConnectionPeer sender)
    {
        var header = http.Request.Headers[Header];
        http.Request.Headers.Remove(Header);
        if (sender.Kind != Callers.Manager || header is not [{ } text])
            return null;
        var words = QueryHelpers.ParseQuery(text);
        if (!Enum.TryParse<Callers>(Word("kind"), out var kind) || !_kinds.Contains(kind))
            return null;
        http.Connection.RemoteIpAddress = IPAddress.TryParse(Word("from"), out var address) ? address : null;
        var caller = kind switch
        {
            Callers.LocalSocket => ConnectionPeer.LocalSocket,
            Callers.Anonymous => Word("problem") is { Length: > 0 } problem ? ConnectionPeer.Unproven(problem) : ConnectionPeer.Nobody,
            _ => Identified(Word("id"), Word("until"), sender),
        };
        return caller?.Kind == kind ? caller : null;

        string Word(string name) => words.TryGetValue(name, out var value) ? value.ToString() : "";
    }

    private static ConnectionPeer? Identified(string uri, string until, ConnectionPeer sender) =>
        PeerIdentity.Parse(uri) is { } identity && identity.Cluster == sender.Identity?.Cluster
        && long.TryParse(until, System.Globalization.CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and < 253_402_300_799
            ? ConnectionPeer.Of(identity, DateTimeOffset.FromUnixTimeSeconds(seconds)) : null;
}
