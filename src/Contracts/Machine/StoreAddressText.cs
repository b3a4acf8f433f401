using System.Globalization;

namespace Orch.Contracts.Machine;

/// <summary>Reads and writes <see cref="StoreAddress"/>. Not by <see cref="Uri"/>, which knows no lists of hosts.</summary>
internal static class StoreAddressText
{
    private const string Forms = "expected sqlite, postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME or consul://HOST:PORT/PREFIX";

    private static readonly Dictionary<StoreKind, string[]> Known = new()
    {
        [StoreKind.Postgres] = ["schema", "host", "sslmode", "sslrootcert", "sslcert", "sslkey"],
        [StoreKind.Consul] = ["socket", "tls", "ca", "cert", "key"],
    };

    public static string Name(StoreKind kind) => kind switch
    {
        StoreKind.Postgres => "postgres",
        StoreKind.Consul => "consul",
        _ => "sqlite",
    };

    public static StoreAddress Parse(string text)
    {
        if (text is "sqlite" or "sqlite:" or "sqlite://")
            return StoreAddress.Sqlite;
        var (scheme, rest) = Cut(text, "://");
        StoreKind? kind = rest is null ? null : scheme switch
        {
            "postgres" or "postgresql" => StoreKind.Postgres,
            "consul" => StoreKind.Consul,
            _ => null,
        };
        if (kind is null)   // what was given may have a password somewhere: only its beginning is repeated
            throw new FormatException($"--store {(rest is null && scheme.Length > 16 ? "" : scheme)}: {Forms}");
        var (place, query) = Cut(rest!, "?");
        var (authority, path) = Cut(place, "/");
        var at = authority.LastIndexOf('@');
        var address = new StoreAddress
        {
            Kind = kind.Value,
            Path = Unescape(path ?? "").Trim('/'),
            Options = ParseOptions(kind.Value, query),
            Hosts = [.. authority[(at + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(host => Host(kind.Value, host))],
        };
        return Check(WithUser(address, at < 0 ? "" : authority[..at]));
    }

    public static string Write(StoreAddress address, string secret)
    {
        if (address.Kind == StoreKind.Sqlite)
            return "sqlite";
        var shown = secret == "***" ? secret : Uri.EscapeDataString(secret);
        var who = address.Kind == StoreKind.Consul ? shown
            : Uri.EscapeDataString(address.User) + (shown.Length > 0 ? $":{shown}" : "");
        var hosts = string.Join(',', address.Hosts.Where(host => !host.StartsWith('/')));
        var query = string.Join('&', address.Options.Select(option => $"{option.Key}={Uri.EscapeDataString(option.Value)}"));
        var path = string.Join('/', address.Path.Split('/').Select(Uri.EscapeDataString));
        return $"{Name(address.Kind)}://{(who.Length > 0 ? $"{who}@" : "")}{hosts}/{path}{(query.Length > 0 ? $"?{query}" : "")}";
    }

    private static StoreAddress WithUser(StoreAddress address, string words)
    {
        var socket = address.Options.GetValueOrDefault(address.Kind == StoreKind.Consul ? "socket" : "host", "");
        if (address.Hosts.Count == 0 && socket.StartsWith('/'))
            address = address with { Hosts = [socket] };
        if (address.Kind == StoreKind.Consul)
            return address with { Secret = Unescape(words.TrimStart(':')) };
        var (user, password) = Cut(words, ":");
        return address with { User = Unescape(user), Secret = Unescape(password ?? "") };
    }

    private static StoreAddress Check(StoreAddress address)
    {
        string? problem = address switch
        {
            { Hosts.Count: 0 } => "it names no host",
            { Path: "", Kind: StoreKind.Postgres } => "it names no database: postgres://USER@HOST/DATABASE",
            { Path: "", Kind: StoreKind.Consul } => "it names no prefix for the cluster's keys: consul://HOST:PORT/PREFIX",
            { User: "", Kind: StoreKind.Postgres } => "it names no user: postgres://USER@HOST/DATABASE",
            { Kind: StoreKind.Consul } when !address.Path.All(IsKeyCharacter) =>
                "the prefix must be made of letters, digits, '-', '_', '.' and '/'",
            { Kind: StoreKind.Postgres } when !IsSchema(address.Schema) =>
                "the schema must be made of at most 48 lower-case letters, digits and underscores, and not begin with a digit",
            _ => null,
        };
        return problem is null ? address : throw new FormatException($"--store {address}: {problem}");
    }

    private static bool IsKeyCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/';

    private static bool IsSchema(string name) => name.Length is > 0 and <= 48 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static SortedDictionary<string, string> ParseOptions(StoreKind kind, string? query)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(word, "=");
            if (value is null || !Known[kind].Contains(name))
                throw new FormatException($"--store {Name(kind)}://…?{name}: not an option; known are {string.Join(", ", Known[kind])}");
            options[name] = Unescape(value);
        }
        return options;
    }

    /// <summary>HOST, HOST:PORT, [IPV6] or [IPV6]:PORT, with the port always said.</summary>
    private static string Host(StoreKind kind, string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : Math.Max(text.IndexOf(':', StringComparison.Ordinal), 0);
        if (end == 0)
            (text, end) = (text + ':', text.Length);
        var port = end >= text.Length || end == text.Length - 1 ? Default(kind).ToString(CultureInfo.InvariantCulture) : text[(end + 1)..];
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                && (end >= text.Length || text[end] == ':') && end > 0
            ? $"{text[..end].ToLowerInvariant()}:{number}"
            : throw new FormatException($"--store {Name(kind)}://…: a host's port must be a number from 1 to 65535 (a password with '/', '@' "
                + "or '?' in it is written with %2F, %40 and %3F)");
    }

    private static int Default(StoreKind kind) => kind == StoreKind.Consul ? StoreAddress.ConsulPort : StoreAddress.PostgresPort;

    private static string Unescape(string text) => Uri.UnescapeDataString(text);

    private static (string Before, string? After) Cut(string text, string at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + at.Length)..]);
    }
}
