using System.Globalization;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Reading;

/// <summary>
/// A published port: <c>[HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL]</c> with ranges on both sides, a number, or the long form.
/// Canonical: mode, target, published, protocol.
/// </summary>
internal static class PortReader
{
    private const string HostIpNote = "a published port is open on every address of a node: the address is left out";

    private static readonly Reader Long = Shape.Map(
        new("name", Plain.Text), new("mode", Plain.OneOf("ingress", "host")), new("host_ip", Plain.Text, HostIpNote),
        new("target", Port), new("published", Published), new("protocol", Plain.OneOf("tcp", "udp", "sctp")),
        new("app_protocol", Plain.Text, "it is information for people only"));

    public static IEnumerable<Node> Read(Node node, string path, Context context) => node switch
    {
        ScalarNode { IsNull: false } scalar => Short(scalar, path, context),
        MapNode map => Complete(map, path, context),
        _ => None(() => Plain.Wrong(context, node, $"{path} must be a port like \"8080:80\", not {Plain.Name(node)}")),
    };

    private static IEnumerable<Node> Complete(MapNode map, string path, Context context)
    {
        if (Long(map, path, context) is not MapNode port)
            return [];
        if (map["target"] is null)
            context.Problems.Error(map.At, $"{path} has no target", "target is the port inside the container");
        if (port["published"] is ScalarNode { Text: var text } && text.Contains('-', StringComparison.Ordinal))
            return None(() => context.Problems.Error(port["published"]!.At, $"{path}.published: a range cannot be published for one target",
                "use the short form \"8080-8081:80-81\""));
        return port["target"] is ScalarNode target
            ? [Make(map.At, target.Text, (port["published"] as ScalarNode)?.Text, (port["protocol"] as ScalarNode)?.Text,
                (port["mode"] as ScalarNode)?.Text, port["name"])]
            : [];
    }

    private static List<Node> Short(ScalarNode scalar, string path, Context context)
    {
        try
        {
            return Parse(scalar, path, context);
        }
        catch (FormatException e)
        {
            context.Problems.Error(scalar.At, $"{path}: {e.Message}", "write [PUBLISHED:]TARGET[/PROTOCOL], like \"8080:80\" or \"53:53/udp\"");
            return [];
        }
    }

    private static List<Node> Parse(ScalarNode scalar, string path, Context context)
    {
        var text = scalar.Text;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        if (protocol is not ("tcp" or "udp" or "sctp"))
            throw new FormatException($"'{protocol}' is no protocol: tcp, udp and sctp are");
        var ports = slash < 0 ? text : text[..slash];
        var target = ports[(ports.LastIndexOf(':') + 1)..];
        var rest = ports.LastIndexOf(':') is > 0 and var colon ? ports[..colon] : "";
        var published = rest[(rest.LastIndexOf(':') + 1)..];
        var address = rest.LastIndexOf(':') is > 0 and var second ? rest[..second].Trim('[', ']') : "";
        if (address.Length > 0)
        {
            if (!System.Net.IPAddress.TryParse(address, out _))
                throw new FormatException($"'{address}' is no IP address");
            context.Problems.Warn(scalar.At, $"{path}: address {address} is not honoured", HostIpNote);
        }
        var (from, to) = Range(target);
        if (published.Length == 0)
            return [.. Enumerable.Range(from, to - from + 1).Select(port => Make(scalar.At, Text(port), null, protocol, "ingress", null))];
        var (first, last) = Range(published);
        if (last - first != to - from && from != to)
            throw new FormatException($"the ranges {published} and {target} differ in length");
        // A range published for one port: any of it would do, and the first is as good as another.
        return [.. Enumerable.Range(0, to - from + 1).Select(i => Make(scalar.At, Text(from + i), Text(first + i), protocol, "ingress", null))];
    }

    private static (int From, int To) Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var from = Number(dash < 0 ? text : text[..dash]);
        var to = dash < 0 ? from : Number(text[(dash + 1)..]);
        return to >= from ? (from, to) : throw new FormatException($"the range {text} ends before it begins");
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port : throw new FormatException(text.Length == 0 ? "a port is missing" : $"'{text}' is no port (1 to 65535)");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static MapNode Make(Position at, string target, string? published, string? protocol, string? mode, Node? name)
    {
        // Left out they mean ingress and tcp; they are kept as they are, since that is what Docker sends.
        List<Entry> entries = mode is null ? [] : [new("mode", at, ScalarNode.Of(at, mode))];
        entries.Add(new("target", at, new ScalarNode(at, target, ScalarKind.Integer)));
        if (published is not null and not "0")
            entries.Add(new("published", at, new ScalarNode(at, published, ScalarKind.Integer)));
        if (protocol is not null)
            entries.Add(new("protocol", at, ScalarNode.Of(at, protocol)));
        if (name is not null)
            entries.Add(new("name", at, name));
        return new MapNode(at, entries);
    }

    private static Node? Port(Node node, string path, Context context) =>
        Plain.Integer(node, path, context) is ScalarNode number
            ? long.Parse(number.Text, CultureInfo.InvariantCulture) is > 0 and <= 65535 ? number
                : Plain.Wrong(context, node, $"{path}: {number.Text} is no port (1 to 65535)")
            : null;

    private static Node? Published(Node node, string path, Context context) =>
        node is ScalarNode { IsNull: false } scalar && (scalar.Text is "0" || scalar.Text.Split('-') is { Length: 2 }) ? scalar : Port(node, path, context);

    private static IEnumerable<Node> None(Action report)
    {
        report();
        return [];
    }
}
