using System.Globalization;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>
/// --publish: <c>[PUBLISHED:]TARGET[/PROTOCOL]</c> with ranges on both sides, or
/// <c>published=,target=,protocol=,mode=ingress|host</c>.
/// </summary>
internal static class PortSyntax
{
    public static List<PortConfig> Parse(string text) =>
        text.Contains('=', StringComparison.Ordinal) ? [Long(text)] : Short(text);

    private static PortConfig Long(string text)
    {
        var port = new PortConfig { Protocol = "tcp", PublishMode = "ingress" };
        foreach (var (key, value) in Csv.Pairs(text))
            port = key switch
            {
                "target" => port with { TargetPort = Number(value ?? "") },
                "published" => port with { PublishedPort = NonZero(Number(value ?? "")) },
                "protocol" when Protocol(value) is { } protocol => port with { Protocol = protocol },
                "mode" when value is "ingress" or "host" => port with { PublishMode = value },
                "protocol" => throw new FormatException($"invalid protocol value '{value}'"),
                "mode" => throw new FormatException($"invalid publish mode value ({value}): must be either ingress or host"),
                "name" => port with { Name = value },
                _ => throw new FormatException($"invalid field key: {key}"),
            };
        return port.TargetPort is null or 0 ? throw new FormatException("missing mandatory field \"target\"") : port;
    }

    private static List<PortConfig> Short(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = Protocol(slash < 0 ? "tcp" : text[(slash + 1)..])
            ?? throw new FormatException($"invalid proto: {text[(slash + 1)..]}");
        var ports = (slash < 0 ? text : text[..slash]).Split(':');
        if (ports.Length > 2)
            throw new FormatException(
                "a host IP is not supported: a published port is open on every address of a node");
        var (from, to) = Range(ports[^1]);
        var (published, last) = ports.Length == 2 && ports[0].Length > 0 ? Range(ports[0]) : (0, 0);
        var fixedPorts = published > 0;
        if (fixedPorts && last - published != to - from)
            throw new FormatException($"invalid ranges specified for container and host Ports: {ports[^1]} and {ports[0]}");
        var result = new List<PortConfig>();
        for (uint i = 0; i <= to - from; i++)
            result.Add(new()
            {
                Protocol = protocol,
                TargetPort = from + i,
                PublishedPort = fixedPorts ? published + i : null,
                PublishMode = "ingress",
            });
        return result;
    }

    private static (uint From, uint To) Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var from = Number(dash < 0 ? text : text[..dash]);
        var to = dash < 0 ? from : Number(text[(dash + 1)..]);
        return from > 0 && to >= from ? (from, to) : throw new FormatException($"invalid containerPort: {text}");
    }

    private static uint Number(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port : throw new FormatException($"invalid port: {text}");

    private static uint? NonZero(uint port) => port == 0 ? null : port;

    private static string? Protocol(string? text) => text?.ToLowerInvariant() is "tcp" or "udp" or "sctp" ? text.ToLowerInvariant() : null;

    /// <summary>What --publish-rm names: a target port, with a protocol where it is not tcp.</summary>
    public static Func<PortConfig, bool> Removal(string text)
    {
        if (text.Contains('=', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal))
        {
            var given = Parse(text);
            return port => given.Any(g => g.TargetPort == port.TargetPort && g.Protocol == port.Protocol
                && (g.PublishedPort ?? 0) == (port.PublishedPort ?? 0) && g.PublishMode == port.PublishMode);
        }
        var targets = Short(text);
        return port => targets.Any(t => t.TargetPort == port.TargetPort && t.Protocol == (port.Protocol ?? "tcp"));
    }
}
