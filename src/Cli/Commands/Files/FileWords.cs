using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Files;

/// <summary>What the commands of secrets and configs, which are the same, say and share.</summary>
internal static class FileWords
{
    /// <summary>The manager takes no more; what is longer is sent as far as that, so that the refusal is its own.</summary>
    private const int MostBytes = 1024 * 1024 + 1;

    public static string One(FileKind kind) => kind == FileKind.Secret ? "secret" : "config";

    public static string Path(FileKind kind, string name) => $"/{One(kind)}s/{Query.Segment(name)}";

    public static IReadOnlyList<Flag> ContentFlags(FileKind kind) =>
    [
        Flag.List("label", $"Labels of the {One(kind)}", letter: 'l'),
        Flag.Value("template-driver", "string", "Expand the content as a template for each task (golang)"),
    ];

    public static Dictionary<string, string>? Labels(ParsedFlags flags) =>
        flags.Has("label") ? flags.All("label").Select(Services.Csv.KeyValue).DistinctByLast() : null;

    public static DriverConfig? Templating(ParsedFlags flags) =>
        flags.Text("template-driver") is { Length: > 0 } name ? new() { Name = name } : null;

    /// <summary>The bytes of a file, or of standard input for "-".</summary>
    public static byte[] Read(Invocation call, FileKind kind, string from)
    {
        var what = kind == FileKind.Config ? $"Error reading content from \"{from}\": " : "";
        try
        {
            using var stream = from == "-" ? call.Terminal.OpenInput() : File.OpenRead(from);
            var content = ReadAll(stream);
            return content.Length > 0 ? content : throw new CommandException(
                $"{what}error reading from {(from == "-" ? "STDIN" : from)}: data is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{what}{e.Message}");
        }
    }

    private static byte[] ReadAll(Stream stream)
    {
        var buffer = new MemoryStream();
        var some = new byte[64 * 1024];
        while (buffer.Length < MostBytes && stream.Read(some) is > 0 and var count)
            buffer.Write(some.AsSpan(0, (int)Math.Min(count, MostBytes - buffer.Length)));
        return buffer.ToArray();
    }

    private static Dictionary<string, string> DistinctByLast(this IEnumerable<(string Key, string Value)> pairs)
    {
        var map = new Dictionary<string, string>();
        foreach (var (key, value) in pairs)
            map[key] = value;
        return map;
    }
}
