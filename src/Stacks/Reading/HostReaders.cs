using Orch.Stacks.Yaml;

namespace Orch.Stacks.Reading;

/// <summary>Readers for what a service asks of its machines beyond Docker's service spec.</summary>
internal static class HostReaders
{
    private static readonly Reader LongDevice = Shape.Map(
        new Field("source", Plain.Text) { Required = true }, new Field("target", Plain.Text), new Field("permissions", Plain.Text));

    /// <summary>/dev/HERE[:/dev/THERE[:rwm]] or the long form; canonical: source, target, permissions.</summary>
    public static Node? Device(Node node, string path, Context context)
    {
        if ((node is ScalarNode { IsNull: false } text ? Split(text) : LongDevice(node, path, context)) is not MapNode device
            || device["source"] is not ScalarNode source)
            return null;
        if (!source.Text.StartsWith('/'))
            return Named(source, path, context);
        if (device["target"] is ScalarNode target && !target.Text.StartsWith('/'))
            return Plain.Wrong(context, node, $"{path}: '{target.Text}' is no path in the container", "write /dev/HERE[:/dev/THERE[:rwm]]");
        var rights = (device["permissions"] as ScalarNode)?.Text ?? "rwm";
        if (rights.Length == 0 || rights.AsSpan().ContainsAnyExcept("rwm"))
            return Plain.Wrong(context, node, $"{path}: permissions '{rights}' are not made of r, w and m");
        return new MapNode(node.At,
        [
            new("source", node.At, source), new("target", node.At, device["target"] ?? source),
            new("permissions", node.At, ScalarNode.Of(node.At, rights)),
        ]);
    }

    private static MapNode Split(ScalarNode text)
    {
        var parts = text.Text.Split(':', 3);
        Entry Part(string key, string value) => new(key, text.At, ScalarNode.Of(text.At, value));
        return new(text.At, parts switch
        {
            [var source, var rights] when rights.Length > 0 && !rights.Contains('/') => [Part("source", source), Part("permissions", rights)],
            [var source, var target] => [Part("source", source), Part("target", target)],
            [var source, var target, var rights] => [Part("source", source), Part("target", target), Part("permissions", rights)],
            _ => [Part("source", parts[0])],
        });
    }

    /// <summary>vendor.com/class=name is a device by a name that only machines know.</summary>
    private static Node? Named(ScalarNode source, string path, Context context)
    {
        if (!source.Text.Contains('=', StringComparison.Ordinal))
            return Plain.Wrong(context, source, $"{path}: '{source.Text}' is no device", "write /dev/HERE[:/dev/THERE[:rwm]]");
        context.Problems.Warn(source.At, $"{path}: device '{source.Text}' is not honoured", "name devices by their path on the machine");
        return null;
    }

    /// <summary>A namespace: one of the words. That of another container is not honoured: it may be on another machine.</summary>
    public static Reader Namespace(params string[] words) => (node, path, context) =>
    {
        if (node is not ScalarNode { Text: var text } || !(text.StartsWith("service:", StringComparison.Ordinal)
            || text.StartsWith("container:", StringComparison.Ordinal)))
            return Plain.OneOf(words)(node, path, context);
        context.Problems.Warn(node.At, $"{path} {text} is not honoured", "tasks share namespaces with their machine only");
        return null;
    };
}
