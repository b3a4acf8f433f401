using System.Text;
using System.Text.Json;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Output;

/// <summary>
/// Objects in full: a JSON array as the manager gave them, a template over each, or a text for people. What is not
/// found is said after what is.
/// </summary>
internal static class Inspecting
{
    public static Flag FormatFlag =>
        Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Spec.Name}}'", letter: 'f');
    public static Flag PrettyFlag => Flag.Switch("pretty", "Print the information in a human friendly format");

    /// <summary>
    /// Fetch throws <see cref="CommandException"/> for a name that it does not find. Pretty is null where there is no --pretty.
    /// </summary>
    public static int Run(Invocation call, Func<string, byte[]> fetch, Action<TextWriter, byte[]>? pretty)
    {
        if (call.Flags.On("pretty") && call.Flags.Has("format"))
            throw new CommandException("--format is incompatible with human friendly format");
        var (found, errors) = (new List<byte[]>(), new List<string>());
        foreach (var name in call.Words)
        {
            try
            {
                found.Add(fetch(name));
            }
            catch (CommandException e)
            {
                errors.Add(e.Message);
            }
        }
        if (call.Flags.On("pretty"))
            found.ForEach(body => pretty!(call.Out, body));
        else
            WriteAll(call, [.. found.Select(Element)]);
        return errors.Count == 0 ? 0 : throw new CommandException(string.Join('\n', errors));
    }

    private static JsonElement Element(byte[] body) => JsonSerializer.Deserialize(body, ApiJson.Default.JsonElement);

    private static void WriteAll(Invocation call, List<JsonElement> objects)
    {
        if (call.Flags.Text("format") is { Length: > 0 } format)
        {
            var template = Template.Parse(format == "json" ? "{{json .}}" : format);
            foreach (var item in objects)
                call.Out.Write(template.Render(item) + "\n");
            return;
        }
        var text = new StringBuilder(objects.Count == 0 ? "[]" : "[\n    ");
        for (var i = 0; i < objects.Count; i++)
        {
            text.Append(i == 0 ? "" : ",\n    ");
            GoJson.Write(text, objects[i], "    ", depth: 1);
        }
        call.Out.Write(text.Append(objects.Count == 0 ? "\n" : "\n]\n").ToString());
    }
}
